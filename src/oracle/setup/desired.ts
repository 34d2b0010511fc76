/** What a sync needs in Oracle, as statements for what is missing. Changes nothing. */
import type { OracleContext } from '../context.js';
import { literal, quoted, quotedTable } from '../names.js';
import { bound } from '../statement.js';

/**
 * In a schema of its own beside the users', which nobody can log in to: one `ISTHMUS.PROGRESS` is what the log's reader looks for. In what
 * that reads are no LOBs, and no number of more digits than it tells as a number.
 */
export const metadata: Readonly<Record<string, string>> = {
  progress: `create table isthmus.progress (
  name varchar2(64 char) not null, lane number(9) not null, epoch number(18) not null, "NUMBER" number(18) not null,
  wrote varchar2(4000 byte), remaining number(9) not null, saved varchar2(100 char),
  constraint progress_key primary key (name, lane))`,
  saved: `create table isthmus.saved (
  name varchar2(64 char) not null, lane number(9) not null, saved clob, constraint saved_key primary key (name, lane))`,
  held: `create table isthmus.held (
  name varchar2(64 char) not null, entity varchar2(300 char) not null, digest varchar2(44 char) not null, key clob not null,
  base clob, tip clob, time varchar2(32 char), span varchar2(64 char), begun number(18) not null, since number(18) not null,
  added clob, constraint held_key primary key (name, entity, digest))`,
  settlements: `create table isthmus.settlements (
  name varchar2(64 char) not null, id varchar2(190 char) not null, at timestamp not null,
  constraint settlements_key primary key (name, id))`,
  marks: `create table isthmus.marks (
  name varchar2(64 char) not null, id varchar2(190 char) not null, written number(18) not null,
  constraint marks_key primary key (name))`,
  barriers: `create table isthmus.barriers (
  name varchar2(64 char) not null, passed number(18) not null, constraint barriers_key primary key (name))`,
};

/** What the log's reader reads: as the mapped tables. */
const read = ['progress', 'marks'] as const;

const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

type Reads = OracleContext['reads'];

export async function missingSteps({ reads, entities }: OracleContext): Promise<readonly string[]> {
  const there = await existingTables(reads);
  return [
    ...(await missingSchema(reads)),
    ...Object.entries(metadata).flatMap(([table, step]) => (there.has(table) ? [] : [step])),
    ...(await missingRights(reads)),
    ...(await missingLogs(reads, [...entities.values(), ...read.map((table) => metadataTable(table))])),
  ];
}

function metadataTable(table: string): { readonly schema: string; readonly table: string } {
  return { schema: 'ISTHMUS', table: table.toUpperCase() };
}

/** Those of ours, in small letters, that the user may see. */
async function existingTables(reads: Reads): Promise<ReadonlySet<string>> {
  const { rows } = await reads.query(bound("select lower(table_name) from all_tables where owner = 'ISTHMUS'"));
  return new Set(rows.map((row) => row[0] as string));
}

async function missingSchema(reads: Reads): Promise<readonly string[]> {
  const user = await reads.query(bound("select 1 from all_users where username = 'ISTHMUS'"));
  if (user.rows.length > 0) return [];
  const { rows } = await reads.query(
    bound("select property_value from database_properties where property_name = 'DEFAULT_PERMANENT_TABLESPACE'"),
  );
  const tablespace = quoted(rows[0]?.[0] ?? 'USERS');
  return [`create user isthmus no authentication default tablespace ${tablespace} quota unlimited on ${tablespace}`];
}

async function missingRights(reads: Reads): Promise<readonly string[]> {
  const user = (await reads.query(bound('select user from dual'))).rows[0]?.[0] as string;
  if (user === 'ISTHMUS') return [];
  const { rows } = await reads.query(
    bound(
      "select lower(table_name) || ' ' || privilege from all_tab_privs where table_schema = 'ISTHMUS' and grantee = :1",
      [['text', user]],
    ),
  );
  const granted = new Set(rows.map((row) => row[0]));
  return Object.keys(metadata)
    .filter((table) => rights.some((right) => !granted.has(`${table} ${right}`)))
    .map((table) => `grant ${rights.join(', ').toLowerCase()} on isthmus.${table} to ${quoted(user)}`);
}

/** Otherwise an event has of the state before no more than what was changed. */
async function missingLogs(
  reads: Reads,
  tables: readonly { readonly schema: string; readonly table: string }[],
): Promise<readonly string[]> {
  const { rows } = await reads.query(bound(loggedText));
  const logged = new Set(rows.map(([schema, table]) => `${schema}.${table}`));
  return tables
    .filter(({ schema, table }) => !logged.has(`${schema}.${table}`))
    .map((table) => `alter table ${quotedTable(table)} add supplemental log data (all) columns`);
}

export const loggedText = "select owner, table_name from all_log_groups where log_group_type = 'ALL COLUMN LOGGING'";

/** Shares of the sync are named after it. Schema and supplemental logging stay: others may have use of them. */
export async function teardownSteps({ reads, name }: OracleContext): Promise<readonly string[]> {
  const there = await existingTables(reads);
  const own = `regexp_substr(name, '[^#]+') = ${literal(name)}`;
  const others = there.has('progress')
    ? await reads.query(bound(`select 1 from isthmus.progress where not ${own} fetch first 1 rows only`))
    : { rows: [] };
  const tables = Object.keys(metadata).filter((table) => there.has(table));
  if (others.rows.length > 0) return tables.map((table) => `delete from isthmus.${table} where ${own}`);
  return tables.map((table) => `drop table isthmus.${table} purge`);
}
