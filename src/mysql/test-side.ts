/** For tests: a database with tables, mapped and prepared, and a user beside it. */
import { type Connection, createConnection } from 'mysql2/promise';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import { compileEntities } from '../model/mapping-tables.js';
import type { SqlSide } from '../ports/sql-side.js';
import { readCatalog } from './catalog.js';
import { type MysqlOptions, openMysql } from './open.js';

export interface TestSide {
  readonly side: SqlSide;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly user: Connection;
  readonly url: string;
  readonly name: string;
  /** Rows of what a user asks, each value as the driver gives it. */
  rows(text: string): Promise<readonly (readonly unknown[])[]>;
  /** Another process on the same sync. */
  another(url?: string): Promise<SqlSide>;
  close(): Promise<void>;
}

export interface TestSideOptions {
  readonly url: string;
  readonly name: string;
  /** The SQL that makes the tables, all of which are mapped; statements end with a semicolon at the end of a line. */
  readonly schema: string;
  readonly foreignKeys?: NonNullable<MysqlOptions['foreignKeys']>;
}

export async function testSide({ url, name, schema, foreignKeys }: TestSideOptions): Promise<TestSide> {
  const user = await createConnection({ uri: url, supportBigNumbers: true, bigNumberStrings: true, timezone: 'Z' });
  for (const statement of schema.split(/;\s*$/m)) if (statement.trim() !== '') await user.query(statement);
  const catalog = await readCatalog({ url, schemas: [name], log: silentLogger });
  const entities = compileEntities([{ table: `${name}.*` }], catalog);
  const sides: SqlSide[] = [];
  const another = async (through = url): Promise<SqlSide> => {
    const common = { name, entities, log: silentLogger, clock: systemClock };
    const side = await openMysql({ url: through, ...common, ...(foreignKeys === undefined ? {} : { foreignKeys }) });
    sides.push(side);
    return side;
  };
  const side = await another();
  await side.prepare({ dryRun: false, onStatement: () => undefined });
  return {
    side,
    entities,
    user,
    url,
    name,
    rows: async (text) => (await user.query({ sql: text, rowsAsArray: true }))[0] as unknown as unknown[][],
    another,
    close: async () => {
      await Promise.all(sides.map((each) => each.close()));
      await user.end();
    },
  };
}
