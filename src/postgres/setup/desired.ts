/** What a sync needs in PostgreSQL, as statements for what is missing. Changes nothing. */
import type { Entity } from '../../model/entity.js';
import type { PostgresContext } from '../context.js';
import { literal, quoted, quotedTable } from '../names.js';

export interface Step {
  readonly statement: string;
  /** A role may lack the right and the sync still works. */
  readonly optional?: boolean;
}

const metadata: Readonly<Record<string, string>> = {
  progress: `create table if not exists isthmus.progress (
  name text not null, lane integer not null, epoch bigint not null, number bigint not null, saved text, wrote text,
  primary key (name, lane))`,
  held: `create table if not exists isthmus.held (
  name text not null, entity text not null, digest text not null, key text not null, base text, tip text, time text, span text,
  begun bigint not null, since bigint not null, added text, primary key (name, entity, digest))`,
  settlements: `create table if not exists isthmus.settlements (
  name text not null, id text not null, at timestamptz not null, primary key (name, id))`,
  slots: `create table if not exists isthmus.slots (name text primary key, born pg_lsn not null)`,
  identities: `create table if not exists isthmus.identities (
  name text not null, relation text not null, was "char" not null, primary key (name, relation))`,
};

/** In an order that is safe to be cut anywhere: before-images first, the slot last. */
export async function missingSteps(context: PostgresContext): Promise<readonly Step[]> {
  return [
    ...(await metadataSteps(context)),
    ...(await identitySteps(context)),
    ...(await publicationSteps(context)),
    // A connector makes its own.
    ...(context.logReader === 'isthmus' ? await slotSteps(context) : []),
    ...(await originSteps(context)),
  ];
}

async function metadataSteps({ reads }: PostgresContext): Promise<Step[]> {
  const result = await reads.query({
    text: `select 'schema' from pg_namespace where nspname = 'isthmus'
      union all select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'isthmus' and c.relkind = 'r'`,
  });
  const there = new Set(result.rows.map((row) => row[0]));
  const steps: Step[] = there.has('schema') ? [] : [{ statement: 'create schema if not exists isthmus' }];
  for (const [table, statement] of Object.entries(metadata)) if (!there.has(table)) steps.push({ statement });
  return steps;
}

/** Partitions have an identity of their own, which is what their rows are logged with. */
async function identitySteps(context: PostgresContext): Promise<Step[]> {
  const result = await context.reads.query({
    text: `select wanted.schema || '.' || wanted.name, c.oid::regclass::text, c.relreplident
      from unnest($1::text[], $2::text[]) as wanted(schema, name)
      join pg_namespace n on n.nspname = wanted.schema join pg_class r on r.relnamespace = n.oid and r.relname = wanted.name
      cross join lateral (select r.oid union select relid from pg_partition_tree(r.oid)) as tree(oid)
      join pg_class c on c.oid = tree.oid where c.relreplident <> 'f' order by 1, 2`,
    values: tableArrays(context),
  });
  return result.rows.flatMap(([, relation, was]) => [
    {
      statement: `insert into isthmus.identities values (${literal(context.name)}, ${literal(relation as string)}, ${literal(was as string)}) on conflict do nothing`,
    },
    { statement: `alter table ${relation} replica identity full` },
  ]);
}

async function publicationSteps(context: PostgresContext): Promise<Step[]> {
  const { reads, names, entities } = context;
  const wanted = [...[...entities.values()].map((entity) => quotedTable(entity)), '"isthmus"."progress"'];
  const found = await reads.query({
    text: 'select oid, pubviaroot from pg_publication where pubname = $1',
    values: [names.publication],
  });
  if (found.rows.length === 0) {
    const options = "publish = 'insert, update, delete, truncate', publish_via_partition_root = true";
    return [
      { statement: `create publication ${quoted(names.publication)} for table ${wanted.join(', ')} with (${options})` },
    ];
  }
  const published = await publishedTables(context);
  const missing = wanted.filter((table) => !published.includes(table));
  const surplus = published.filter((table) => !wanted.includes(table));
  return [
    ...(missing.length > 0
      ? [{ statement: `alter publication ${quoted(names.publication)} add table ${missing.join(', ')}` }]
      : []),
    ...(surplus.length > 0
      ? [{ statement: `alter publication ${quoted(names.publication)} drop table ${surplus.join(', ')}` }]
      : []),
  ];
}

async function publishedTables({ reads, names }: PostgresContext): Promise<readonly string[]> {
  const result = await reads.query({
    text: `select n.nspname, c.relname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
      join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace where p.pubname = $1 order by 1, 2`,
    values: [names.publication],
  });
  return result.rows.map((row) => quotedTable({ schema: row[0] as string, table: row[1] as string }));
}

/**
 * A slot that was invalidated can only be replaced. Where a slot began is noted, and the old note goes first: so whoever
 * reads on from an older position is told that changes were missed.
 */
async function slotSteps({ reads, names, name }: PostgresContext): Promise<Step[]> {
  const result = await reads.query({
    text: 'select wal_status from pg_replication_slots where slot_name = $1',
    values: [names.slot],
  });
  const note = {
    statement: `insert into isthmus.slots select ${literal(name)}, confirmed_flush_lsn from pg_replication_slots where slot_name = ${literal(names.slot)} on conflict (name) do nothing`,
  };
  const there = result.rows.length > 0;
  if (there && result.rows[0]?.[0] !== 'lost') return (await isNoted(reads, name)) ? [] : [note];
  return [
    { statement: `delete from isthmus.slots where name = ${literal(name)}` },
    ...(there ? [{ statement: `select pg_drop_replication_slot(${literal(names.slot)})` }] : []),
    { statement: `select pg_create_logical_replication_slot(${literal(names.slot)}, 'pgoutput')` },
    note,
  ];
}

async function isNoted(reads: PostgresContext['reads'], name: string): Promise<boolean> {
  const table = await reads.query({ text: "select to_regclass('isthmus.slots') is not null" });
  if (table.rows[0]?.[0] !== 't') return false;
  return (await reads.query({ text: 'select 1 from isthmus.slots where name = $1', values: [name] })).rows.length > 0;
}

async function originSteps({ reads, names }: PostgresContext): Promise<Step[]> {
  const right = await reads.query({
    text: "select has_function_privilege('pg_replication_origin_create(text)', 'execute')",
  });
  if (right.rows[0]?.[0] !== 't') return [];
  const result = await reads.query({
    text: 'select 1 from pg_replication_origin where roname = $1',
    values: [names.origin(0)],
  });
  if (result.rows.length > 0) return [];
  return [{ statement: `select pg_replication_origin_create(${literal(names.origin(0))})`, optional: true }];
}

export function tableArrays({
  entities,
}: {
  readonly entities: ReadonlyMap<string, Entity>;
}): readonly (readonly string[])[] {
  const all = [...entities.values()];
  return [all.map((entity) => entity.schema), all.map((entity) => entity.table)];
}
