/**
 * For tests on a real Oracle that `ORACLE_URL` names: a schema with tables, mapped and prepared, and a user beside it. The user of the URL
 * makes and drops users and looks at sessions: a DBA of a database that may be written to.
 */
import type { Connection } from 'oracledb';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import { compileEntities } from '../model/mapping-tables.js';
import type { SqlSide } from '../ports/sql-side.js';
import { readCatalog } from './catalog.js';
import { connectionAttributes, loadDriver } from './driver.js';
import { openOracle } from './open.js';

export interface TestSide {
  readonly side: SqlSide;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly url: string;
  /** The sync's. */
  readonly name: string;
  readonly schema: string;
  /** What a user does in the schema: `begin` opens a transaction, otherwise each statement is one. */
  rows(text: string): Promise<readonly (readonly unknown[])[]>;
  /** Another process on the same sync; `cached: false`: statements always have their text. */
  another(through?: { readonly url: string; readonly cached: boolean }): Promise<SqlSide>;
  /** Drops the schema too. */
  close(): Promise<void>;
}

/** Where tests have no server of their own to start, they are told of one. */
export function oracleUrl(): string {
  const url = process.env['ORACLE_URL'];
  if (url === undefined || url === '') throw new Error('ORACLE_URL names no server: see `npm run test:oracle`.');
  return url;
}

/** `tables`: statements that make them in the schema, all of which are mapped. */
export async function testSide(name: string, tables: readonly string[]): Promise<TestSide> {
  const url = oracleUrl();
  const schema = name.toUpperCase();
  const driver = await loadDriver();
  const user = await driver.getConnection(await connectionAttributes(url));
  const { rows, run } = asUser(user);
  await run(`create user ${schema} no authentication quota unlimited on users`);
  await run(`alter session set current_schema = ${schema}`);
  for (const table of tables) await run(table);
  const catalog = await readCatalog({ url, schemas: [schema], log: silentLogger });
  const entities = compileEntities([{ table: `${schema}.*` }], catalog);
  const sides: SqlSide[] = [];
  const another = async (through = { url, cached: true }): Promise<SqlSide> => {
    const side = await openOracle({ ...through, name, entities, log: silentLogger, clock: systemClock });
    sides.push(side);
    return side;
  };
  const side = await another();
  await side.prepare({ dryRun: false, onStatement: () => undefined });
  const close = async (): Promise<void> => {
    await Promise.all(sides.map((each) => each.close()));
    for (const table of ['progress', 'saved', 'held', 'settlements', 'marks', 'barriers'])
      await run(`delete from isthmus.${table} where regexp_substr(name, '[^#]+') = '${name}'`);
    await run(`drop user ${schema} cascade`);
    await user.close();
  };
  return { side, entities, url, name, schema, rows, another, close };
}

interface AsUser {
  rows(text: string): Promise<readonly (readonly unknown[])[]>;
  run(text: string): Promise<void>;
}

function asUser(user: Connection): AsUser {
  let open = false;
  const rows = async (text: string): Promise<readonly (readonly unknown[])[]> => {
    if (text === 'begin') {
      open = true;
      return [];
    }
    if (text === 'commit') open = false;
    const result = await user.execute<unknown[]>(text, [], { autoCommit: !open });
    return result.rows ?? [];
  };
  return { rows, run: async (text) => void (await rows(text)) };
}
