/** What a sync needs in MariaDB, as statements for what is missing. Changes nothing. */
import type { MysqlContext } from '../context.js';
import { literal } from '../names.js';

/**
 * In a database of its own beside the users': the log is the whole server's, so one `isthmus.progress` serves all their databases
 * and is what the log's reader looks for. Names and digests are compared by their bytes.
 */
const options = 'engine = InnoDB default character set utf8mb4 collate utf8mb4_bin';

export const metadata: Readonly<Record<string, string>> = {
  progress: `create table if not exists isthmus.progress (
  name varchar(64) not null, lane int not null, epoch bigint not null, number bigint not null, saved longtext, wrote longtext,
  primary key (name, lane)) ${options}`,
  held: `create table if not exists isthmus.held (
  name varchar(64) not null, entity varchar(140) not null, digest char(44) not null, \`key\` longtext not null, base longtext, tip longtext,
  time varchar(32), span varchar(64), begun bigint not null, since bigint not null, added longtext, primary key (name, entity, digest)) ${options}`,
  settlements: `create table if not exists isthmus.settlements (
  name varchar(64) not null, id varchar(190) not null, at datetime not null, primary key (name, id)) ${options}`,
  marks: `create table if not exists isthmus.marks (
  name varchar(64) not null primary key, id varchar(190) not null, written bigint not null) ${options}`,
  barriers: `create table if not exists isthmus.barriers (
  name varchar(64) not null primary key, passed bigint not null) ${options}`,
};

export async function missingSteps({ reads }: MysqlContext): Promise<readonly string[]> {
  const there = await existingTables(reads);
  const database =
    there === null ? ['create database if not exists isthmus character set utf8mb4 collate utf8mb4_bin'] : [];
  return [...database, ...Object.entries(metadata).flatMap(([table, step]) => (there?.has(table) ? [] : [step]))];
}

/** Null: there is no such database. */
async function existingTables(reads: MysqlContext['reads']): Promise<ReadonlySet<string> | null> {
  const database = await reads.query("select 1 from information_schema.schemata where schema_name = 'isthmus'");
  if (database.rows.length === 0) return null;
  const { rows } = await reads.query("select table_name from information_schema.tables where table_schema = 'isthmus'");
  return new Set(rows.map((row) => row[0] as string));
}

/** Shares of the sync are named after it. */
export async function teardownSteps({ reads, name }: MysqlContext): Promise<readonly string[]> {
  const there = await existingTables(reads);
  if (there === null) return [];
  const own = `substring_index(name, '#', 1) = ${literal(name)}`;
  const others = there.has('progress')
    ? await reads.query(`select 1 from isthmus.progress where not (${own}) limit 1`)
    : { rows: [] };
  if (others.rows.length === 0) return ['drop database isthmus'];
  return Object.keys(metadata).flatMap((table) =>
    there.has(table) ? [`delete from isthmus.${table} where ${own}`] : [],
  );
}
