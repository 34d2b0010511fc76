/**
 * A proposal of policies for the configured tables, from both databases and, where one runs, from the process' numbers.
 * Changes nothing; it must not know how the proposal is printed.
 */
import { systemClock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { mongodbUrl } from '../../config/connection.js';
import type { EntityFileConfig } from '../../config/entity-schema.js';
import type { Config } from '../../config/schema.js';
import { type Advice, advise } from '../../conflict/advise.js';
import type { CatalogTable } from '../../model/catalog.js';
import type { ConflictRecord } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import { expandTables } from '../../model/mapping-tables.js';
import type { TableStatistics } from '../../model/table-statistics.js';
import { openMongo } from '../../mongodb/open.js';
import { checkMapping } from '../check/check-mapping.js';
import { namedTables, readSchema } from '../read-schema.js';
import { readSqlStatistics } from '../sql-server.js';

/** What a running process counted of a table since it started. */
export interface MeasuredTable {
  readonly conflicts: number;
  /** Updates and deletes of both sides, about; inserts, most of them loaded, are left out. */
  readonly changes: number;
}

/** How often a table collides: conflicts / changes where a process counts them, else conflicts on record / records. */
export interface ConflictRate {
  readonly of: 'changes' | 'records';
  readonly conflicts: number;
  readonly total: number;
}

export interface TableAdvice {
  readonly table: string;
  readonly config: EntityFileConfig;
  readonly criticality: 'low' | 'medium' | 'high';
  /** The strategy in force. */
  readonly now: string;
  /** Null: nothing is known to divide by. */
  readonly rate: ConflictRate | null;
  readonly advice: Advice;
}

export interface AllAdvice {
  readonly tables: readonly TableAdvice[];
  /** Tables that cannot be synced as they are configured, with the reason. */
  readonly leftOut: readonly { readonly what: string; readonly remedy: string | null }[];
}

export interface AdviseOptions {
  readonly log: Logger;
  /** By table; empty where no process runs. */
  readonly measured: ReadonlyMap<string, MeasuredTable>;
}

/** The newest of each table: enough to see which fields collide. */
const conflictsLookedAt = 500;

/** Throws `…_unreachable` if a server does not answer. */
export async function adviseAll(config: Config, { log, measured }: AdviseOptions): Promise<AllAdvice> {
  const { tables } = await readSchema(config, { log });
  const { entities, policies, findings } = checkMapping(config, tables);
  const schemas = new Set([...entities.values()].map(({ schema }) => schema));
  const statistics = await readSqlStatistics(config, [...schemas]);
  const recorded = await recordedConflicts(config, entities, log);
  const usable = namedTables(config).filter((entry) => entry.pattern || entities.has(entry.table));
  const advised = expandTables(usable, tables).flatMap(({ config: wish }): TableAdvice[] => {
    const entity = entities.get(wish.table);
    if (entity === undefined) return [];
    const { conflicts = 0, collisions = new Map() } = recorded.get(entity.name) ?? {};
    const facts = { statistics: statistics.get(entity.name), conflicts };
    const rate = rateOf(facts, measured.get(entity.name));
    const criticality = wish.criticality ?? 'low';
    return [
      {
        table: entity.name,
        config: wish,
        criticality,
        now: policies.get(entity.name)?.strategy ?? config.conflict.strategy,
        rate,
        advice: advise({
          entity,
          criticality,
          rate: rate === null ? null : rate.conflicts / rate.total,
          averageBytes: facts.statistics?.averageBytes ?? new Map(),
          chosen: wish.conflict?.fields ?? {},
          kept: { delete: wish.conflict?.delete ?? null, insertManual: wish.conflict?.insert === 'manual' },
          collisions,
        }),
      },
    ];
  });
  const leftOut = findings.filter(({ state }) => state === 'failed').map(({ what, remedy }) => ({ what, remedy }));
  return { tables: advised, leftOut };
}

/** `schema.table` → column → average bytes of its values, as far as the server's statistics know. */
export async function readAverageBytes(
  config: Config,
  tables: readonly CatalogTable[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const schemas = new Set(tables.map(({ schema }) => schema));
  const statistics = await readSqlStatistics(config, [...schemas]);
  return new Map([...statistics].map(([table, { averageBytes }]) => [table, averageBytes]));
}

interface Known {
  readonly statistics: TableStatistics | undefined;
  /** On record. */
  readonly conflicts: number;
}

function rateOf({ statistics, conflicts }: Known, measured: MeasuredTable | undefined): ConflictRate | null {
  if (measured !== undefined && measured.changes > 0)
    return { of: 'changes', conflicts: measured.conflicts, total: measured.changes };
  const rows = statistics?.rows ?? 0;
  return rows > 0 ? { of: 'records', conflicts, total: rows } : null;
}

interface Recorded {
  /** Ever. */
  readonly conflicts: number;
  readonly collisions: ReadonlyMap<string, number>;
}

/** What is on record, by table. */
async function recordedConflicts(
  config: Config,
  entities: ReadonlyMap<string, Entity>,
  log: Logger,
): Promise<ReadonlyMap<string, Recorded>> {
  const { name, mongodb } = config;
  const side = await openMongo({
    url: mongodbUrl(mongodb),
    database: mongodb.database,
    name,
    entities,
    clock: systemClock,
    log,
  });
  try {
    const { groups } = await side.conflicts.counts(systemClock.now());
    const totals = new Map<string, number>();
    for (const { table, total } of groups) totals.set(table, (totals.get(table) ?? 0) + total);
    const recorded = new Map<string, Recorded>();
    for (const [table, conflicts] of totals) {
      const entity = entities.get(table);
      if (entity === undefined) continue;
      const page = await side.conflicts.records({ table, limit: conflictsLookedAt });
      recorded.set(table, { conflicts, collisions: countCollisions(entity, page.conflicts) });
    }
    return recorded;
  } finally {
    await side.close();
  }
}

/** In how many both sides had changed a field, to different values. */
function countCollisions(entity: Entity, conflicts: readonly ConflictRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { base, sql, mongodb } of conflicts) {
    if (sql.state === null || mongodb.state === null) continue;
    for (const [index, { column }] of entity.fields.entries()) {
      const [left, right, before] = [sql.state[index], mongodb.state[index], base?.[index] ?? null];
      if (left !== right && (base === null || (left !== before && right !== before)))
        counts.set(column, (counts.get(column) ?? 0) + 1);
    }
  }
  return counts;
}
