/**
 * Reads one table on both sides and finds the records that look different, in bounded memory: where both sides read in one
 * order as two streams that are merged, else each side's pages are looked up on the other. What it finds are suspects: a
 * change on its way looks the same. Must not know who examines them.
 */

import type { Entity } from '../model/entity.js';
import { type RecordRef, recordId, type State, sameState } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import { sharedOrder } from '../model/shared-order.js';
import type { Side } from '../model/side.js';
import { unitsOf } from '../model/weight.js';
import type { SideStore } from '../ports/side-store.js';
import { Pages } from './pages.js';
import { inSample } from './sample.js';

export interface Suspect extends RecordRef {
  /** UTF-16 units of both states: how much room an examination of it takes. */
  readonly units: number;
}

/** Where a scan goes on. */
export interface Frontier {
  /** `both`: merged, or SQL's pages are looked up; `mongodb`: MongoDB's keys are looked up. */
  readonly pass: 'both' | 'mongodb';
  readonly sql: string | null;
  readonly mongodb: string | null;
}

export interface ScanStep {
  /** Records of the sample that were met for the first time. */
  readonly compared: number;
  readonly suspects: readonly Suspect[];
  /** Null: the table is read to its end. */
  readonly frontier: Frontier | null;
}

export interface ScanOptions {
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly entity: Entity;
  /** The share of records, by a hash of their keys. */
  readonly sample: number;
  readonly seed: string;
  /** Null: from the start. */
  readonly from: Frontier | null;
}

const start: Frontier = { pass: 'both', sql: null, mongodb: null };

export async function* scan(options: ScanOptions): AsyncGenerator<ScanStep> {
  const { stores, entity, from } = options;
  const compare = sharedOrder(entity);
  const together =
    compare !== null &&
    (await stores.sql.inSharedOrder(entity.name)) &&
    (await stores.mongodb.inSharedOrder(entity.name));
  if (together) {
    yield* merged(options, compare);
    return;
  }
  if (from?.pass !== 'mongodb') yield* lookedUp(options);
  yield* onlyOnMongodb(options);
}

interface Row {
  readonly key: string;
  readonly state: State;
}

/** What one step has met. */
class Met {
  compared = 0;
  readonly suspects: Suspect[] = [];

  constructor(private readonly options: ScanOptions) {}

  take(key: string, sql: State, mongodb: State): void {
    const { entity, sample, seed } = this.options;
    if (!inSample(seed, key, sample)) return;
    this.compared++;
    if (!sameState(sql, mongodb))
      this.suspects.push({ entity: entity.name, key, units: unitsOf(sql) + unitsOf(mongodb) });
  }
}

async function* merged(options: ScanOptions, compare: (a: string, b: string) => number): AsyncGenerator<ScanStep> {
  const { stores, entity } = options;
  const from = options.from ?? start;
  const sql = new Pages(stores.sql, { entity: entity.name, after: from.sql, keysOnly: false });
  const mongodb = new Pages(stores.mongodb, { entity: entity.name, after: from.mongodb, keysOnly: false });
  for (;;) {
    await Promise.all([sql.fill(), mongodb.fill()]);
    const met = new Met(options);
    while ((sql.current || sql.ended) && (mongodb.current || mongodb.ended)) {
      const [left, right] = [sql.current, mongodb.current];
      if (left === undefined && right === undefined) break;
      takeNext({ sql, mongodb, met, compare }, left, right);
    }
    const ended = sql.ended && mongodb.ended;
    yield {
      compared: met.compared,
      suspects: met.suspects,
      frontier: ended ? null : { pass: 'both', sql: sql.after, mongodb: mongodb.after },
    };
    if (ended) return;
  }
}

interface Merge {
  readonly sql: Pages;
  readonly mongodb: Pages;
  readonly met: Met;
  readonly compare: (a: string, b: string) => number;
}

function takeNext({ sql, mongodb, met, compare }: Merge, left: Row | undefined, right: Row | undefined): void {
  if (right !== undefined && isRefused(right.key)) {
    // A key that SQL cannot hold has no place in the shared order.
    met.take(right.key, null, right.state);
    mongodb.next();
    return;
  }
  const order = left && right ? (left.key === right.key ? 0 : compare(left.key, right.key)) : left ? -1 : 1;
  if (order === 0) {
    met.take(left?.key ?? '', left?.state ?? null, right?.state ?? null);
    sql.next();
    mongodb.next();
  } else if (order < 0) {
    met.take(left?.key ?? '', left?.state ?? null, null);
    sql.next();
  } else {
    met.take(right?.key ?? '', null, right?.state ?? null);
    mongodb.next();
  }
}

async function* lookedUp(options: ScanOptions): AsyncGenerator<ScanStep> {
  const { stores, entity } = options;
  const pages = new Pages(stores.sql, { entity: entity.name, after: options.from?.sql ?? null, keysOnly: false });
  yield* oneAhead(pages, async (rows, ended, after) => {
    const met = new Met(options);
    const refs = rows.map(({ key }) => ({ entity: entity.name, key }));
    const found = await stores.mongodb.read(refs, { locked: false, raw: false });
    for (const { key, state } of rows)
      met.take(key, state, found.get(recordId({ entity: entity.name, key }))?.state ?? null);
    const frontier: Frontier = { pass: ended ? 'mongodb' : 'both', sql: after, mongodb: null };
    return { compared: met.compared, suspects: met.suspects, frontier };
  });
}

async function* onlyOnMongodb({ stores, entity, sample, seed, from }: ScanOptions): AsyncGenerator<ScanStep> {
  const after = from?.pass === 'mongodb' ? from.mongodb : null;
  const pages = new Pages(stores.mongodb, { entity: entity.name, after, keysOnly: true });
  yield* oneAhead(pages, async (rows, ended, upTo) => {
    const refs = rows.map(({ key }) => ({ entity: entity.name, key })).filter(({ key }) => inSample(seed, key, sample));
    const known = await stores.sql.existing(refs.filter(({ key }) => !isRefused(key)));
    const suspects = refs.filter((ref) => !known.has(recordId(ref))).map((ref) => ({ ...ref, units: 0 }));
    const frontier: Frontier | null = ended ? null : { pass: 'mongodb', sql: null, mongodb: upTo };
    return { compared: suspects.length, suspects, frontier };
  });
}

type LookUp = (rows: readonly Row[], ended: boolean, after: string | null) => Promise<ScanStep>;

/** While one page is looked up the next one is read. */
async function* oneAhead(pages: Pages, lookUp: LookUp): AsyncGenerator<ScanStep> {
  let before: Promise<ScanStep> | null = null;
  for (;;) {
    const rows = await pages.page();
    const { ended, after } = pages;
    const step = lookUp(rows, ended, after);
    // Told when it is awaited, if it still is.
    step.catch(() => {});
    if (before !== null) yield await before;
    before = step;
    if (!ended) continue;
    yield await step;
    return;
  }
}
