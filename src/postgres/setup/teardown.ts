/** What removes all that a sync made, as statements for what is there. Changes nothing. */

import type { PostgresContext } from '../context.js';
import { literal, quoted } from '../names.js';
import type { Step } from './desired.js';

/** Who still uses it goes first, then the slot: it is what fills the server's disk. */
export async function teardownSteps(context: PostgresContext): Promise<readonly Step[]> {
  return [
    ...(await backendSteps(context)),
    ...(await slotSteps(context)),
    ...(await publicationSteps(context)),
    ...(await originSteps(context)),
    ...(await metadataSteps(context)),
  ];
}

async function backendSteps({ reads, names, pids }: PostgresContext): Promise<Step[]> {
  const result = await reads.query({
    text: `select pid from pg_stat_activity where split_part(application_name, '#', 1) = $1 and datname = current_database()
      union select active_pid from pg_replication_slots where slot_name = $2 and active_pid is not null`,
    values: [names.application, names.slot],
  });
  const others = result.rows.map((row) => Number(row[0])).filter((pid) => !pids.has(pid));
  return others.map((pid) => ({ statement: `select pg_terminate_backend(${pid}, 10000)` }));
}

async function slotSteps({ reads, names }: PostgresContext): Promise<Step[]> {
  const result = await reads.query({
    text: 'select 1 from pg_replication_slots where slot_name = $1',
    values: [names.slot],
  });
  return result.rows.length === 0 ? [] : [{ statement: `select pg_drop_replication_slot(${literal(names.slot)})` }];
}

async function publicationSteps({ reads, names }: PostgresContext): Promise<Step[]> {
  const result = await reads.query({
    text: 'select 1 from pg_publication where pubname = $1',
    values: [names.publication],
  });
  return result.rows.length === 0 ? [] : [{ statement: `drop publication if exists ${quoted(names.publication)}` }];
}

async function originSteps({ reads, names }: PostgresContext): Promise<Step[]> {
  const result = await reads
    .query({
      text: "select roname from pg_replication_origin where roname = $1 or roname like $1 || '/%'",
      values: [names.origin(0)],
    })
    .catch(() => null);
  return (result?.rows ?? []).map((row) => ({
    statement: `select pg_replication_origin_drop(${literal(row[0] as string)})`,
    optional: true,
  }));
}

/** Shares of the sync are named after it. Tables get back the replica identity that they had, unless another sync still needs theirs. */
async function metadataSteps({ reads, name }: PostgresContext): Promise<Step[]> {
  const there = await reads.query({
    text: "select to_regclass('isthmus.identities') is not null, to_regclass('isthmus.progress') is not null",
  });
  const [identities, progress] = there.rows[0] ?? [];
  const steps: Step[] = [];
  if (identities === 't') {
    const altered = await reads.query({
      text: `select i.relation, i.was from isthmus.identities i join pg_class c on c.oid = to_regclass(i.relation)
        where i.name = $1 and c.relreplident = 'f' and i.was in ('d', 'n') and not exists (
          select 1 from pg_publication_tables t where t.pubname like 'isthmus\\_%' and t.pubname <> 'isthmus_' || $1
            and to_regclass(format('%I.%I', t.schemaname, t.tablename)) in (c.oid, pg_partition_root(c.oid)))`,
      values: [name],
    });
    for (const [relation, was] of altered.rows)
      steps.push({ statement: `alter table ${relation} replica identity ${was === 'n' ? 'nothing' : 'default'}` });
  }
  if (progress !== 't') return steps;
  const others = await reads.query({
    text: "select 1 from isthmus.progress where split_part(name, '#', 1) <> $1 limit 1",
    values: [name],
  });
  const published = await reads.query({
    text: "select 1 from pg_publication where pubname like 'isthmus\\_%' and pubname <> 'isthmus_' || $1",
    values: [name],
  });
  if (others.rows.length === 0 && published.rows.length === 0)
    return [...steps, { statement: 'drop schema isthmus cascade' }];
  for (const table of ['progress', 'held', 'settlements', 'slots', 'identities'])
    steps.push({ statement: `delete from isthmus.${table} where split_part(name, '#', 1) = ${literal(name)}` });
  return steps;
}
