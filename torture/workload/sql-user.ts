/** A user of PostgreSQL: each transaction reads what it replaces under its row lock. Must not know the sync. */
import type pg from 'pg';
import type { UserWrite, Values } from '../history.js';
import { parameterOf, spelledSql, valueOfSql } from '../spell.js';
import type { Table } from '../tables.js';
import type { Plan, Step } from './plan.js';
import { SqlSession } from './sql-session.js';
import { type Attempt, failed, type Inquire, marks, type User } from './user.js';

/** Another user inserted the record in between. */
class Overtaken extends Error {}

export function sqlUser(url: string, name: string): User {
  const session = new SqlSession(url, name);
  return { run: (plan) => transact(session, plan), close: () => session.close() };
}

async function transact(session: SqlSession, plan: Plan): Promise<Attempt> {
  let writes: UserWrite[];
  let client: pg.Client;
  try {
    client = await session.open();
    await client.query('begin');
    writes = await perform(client, plan.steps);
    if (writes.length > 0) await client.query(`insert into ${marks} values ($1)`, [plan.id]);
  } catch (error) {
    // The connection's end rolls back what was begun: its COMMIT was not sent.
    session.lose();
    if (error instanceof Overtaken || isServerLost(error)) return failed;
    throw error;
  }
  try {
    const { command } = await client.query('commit');
    return command === 'COMMIT' ? { outcome: 'acknowledged', writes, marked: true } : failed;
  } catch {
    session.lose();
    return { outcome: 'unknown', writes, marked: true };
  }
}

/** Errors of the user's own making are not to be taken for a fault of the run. */
const ownMistakes = /^(42|22|23502|23514|3F|26)/;

function isServerLost(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) return false;
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !ownMistakes.test(code);
}

async function perform(client: pg.Client, steps: readonly Step[]): Promise<UserWrite[]> {
  const writes: UserWrite[] = [];
  for (const { table, key, edit } of steps) {
    const before = await lock(client, table, key);
    const wanted = edit(before);
    if (wanted === before) continue;
    const after = await write(client, table, { key, before, after: wanted });
    writes.push({ table: table.name, key, before, after });
  }
  return writes;
}

async function lock(client: pg.Client, table: Table, key: string): Promise<Values | null> {
  const text = `select ${spelledList(table)} from ${table.name} where ${keyIs(table, 1)} for update`;
  const { rows } = await client.query<Values>(text, keyParameters(table, key));
  return rows[0] === undefined ? null : valuesOfRow(table, rows[0]);
}

interface Change {
  readonly key: string;
  readonly before: Values | null;
  readonly after: Values | null;
}

/** What the server says that stands there now. */
async function write(client: pg.Client, table: Table, { key, before, after }: Change): Promise<Values | null> {
  const parts = keyParameters(table, key);
  if (after === null) {
    await client.query(`delete from ${table.name} where ${keyIs(table, 1)}`, parts);
    return null;
  }
  if (before === null) return insert(client, table, { key, after });
  // Only what changes, so that microseconds of the rest stay.
  const changed = table.columns.filter(({ name }) => before[name] !== after[name]);
  const sets = changed.map(({ name, type }, at) => `"${name}" = $${parts.length + 1 + at}::${type}`);
  const values = changed.map(({ name, type }) => parameterOf(type, after[name] ?? null));
  const text = `update ${table.name} set ${sets.join(', ')} where ${keyIs(table, 1)} returning ${spelledList(table)}`;
  return only(table, await client.query<Values>(text, [...parts, ...values]));
}

async function insert(
  client: pg.Client,
  table: Table,
  { key, after }: { readonly key: string; readonly after: Values },
): Promise<Values> {
  const all = [...table.key, ...table.columns];
  const places = all.map(({ type }, at) => `$${at + 1}::${type}`).join(', ');
  const names = all.map(({ name }) => `"${name}"`).join(', ');
  const values = [
    ...keyParameters(table, key),
    ...table.columns.map(({ name, type }) => parameterOf(type, after[name] ?? null)),
  ];
  const text = `insert into ${table.name} (${names}) values (${places}) on conflict do nothing returning ${spelledList(table)}`;
  return only(table, await client.query<Values>(text, values));
}

function only(table: Table, { rows: [row] }: { readonly rows: readonly Values[] }): Values {
  if (row === undefined) throw new Overtaken();
  return valuesOfRow(table, row);
}

function valuesOfRow(table: Table, row: Values): Values {
  return Object.fromEntries(table.columns.map(({ name, type }) => [name, valueOfSql(type, row[name] ?? null)]));
}

function spelledList(table: Table): string {
  return table.columns.map(({ name, type }) => `${spelledSql(name, type)} as "${name}"`).join(', ');
}

function keyIs(table: Table, from: number): string {
  return table.key.map(({ name, type }, at) => `"${name}" = $${from + at}::${type}`).join(' and ');
}

function keyParameters(table: Table, key: string): string[] {
  return table.key.length > 1 ? key.split('/') : [key];
}

export function inquireSql(url: string): { readonly inquire: Inquire; close(): Promise<void> } {
  const session = new SqlSession(url, 'torture-inquiry');
  const inquire: Inquire = async ({ id }) => {
    try {
      const client = await session.open();
      // An earlier question may have been answered into a connection that was lost.
      await client.query(`insert into ${marks} values ($1, true) on conflict do nothing`, [id]);
      const { rows } = await client.query<{ asked: boolean }>(`select asked from ${marks} where id = $1`, [id]);
      return rows[0]?.asked === true ? 'failed' : 'acknowledged';
    } catch {
      session.lose();
      return 'away';
    }
  };
  return { inquire, close: () => session.close() };
}

/** The same rows as `fillMongo` writes, in one transaction. */
export async function fillSql(url: string, rows: ReadonlyMap<Table, ReadonlyMap<string, Values>>): Promise<void> {
  const session = new SqlSession(url, 'torture-fill');
  const client = await session.open();
  await client.query('begin');
  for (const [table, records] of rows) for (const [key, after] of records) await insert(client, table, { key, after });
  await client.query('commit');
  await session.close();
}
