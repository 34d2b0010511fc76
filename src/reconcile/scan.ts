/**
 * Reads one table on both sides and finds the records that look different, in bounded memory: where both sides read in one
 * order as two streams that are merged, else joined, or, where the orders have nothing in common, each side's pages are
 * looked up on the other. What it finds are suspects: a change on its way looks the same. Must not know who examines them.
 */

import { isRefused } from '../model/refusal.js';
import { sharedOrder } from '../model/shared-order.js';
import { joined, type WindowLimits } from './joined.js';
import { type LookUp, lookUpOnMongodb, lookUpOnSql } from './look-up.js';
import { Met } from './met.js';
import { Pages, type Row } from './pages.js';
import type { Frontier, ScanStep } from './scan-step.js';

export interface ScanOptions extends LookUp {
  /** Null: from the start. */
  readonly from: Frontier | null;
  /** Absent: the usual ones. */
  readonly window?: WindowLimits;
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
  const rest = from?.pass === 'mongodb' ? from : yield* joined(options, from ?? start, options.window);
  if (rest === null) return;
  if (rest.pass === 'both') yield* lookedUp(options, rest);
  yield* onlyOnMongodb(options, rest.mongodb);
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

async function* lookedUp(options: LookUp, from: Frontier): AsyncGenerator<ScanStep> {
  const { stores, entity } = options;
  const pages = new Pages(stores.sql, { entity: entity.name, after: from.sql, keysOnly: false });
  yield* oneAhead(pages, async (rows, ended, after) => {
    const met = new Met(options);
    await lookUpOnMongodb(options, rows, met);
    const frontier: Frontier = { pass: ended ? 'mongodb' : 'both', sql: after, mongodb: from.mongodb };
    return { compared: met.compared, suspects: met.suspects, frontier };
  });
}

async function* onlyOnMongodb(options: LookUp, after: string | null): AsyncGenerator<ScanStep> {
  const { stores, entity } = options;
  const pages = new Pages(stores.mongodb, { entity: entity.name, after, keysOnly: true });
  yield* oneAhead(pages, async (rows, ended, upTo) => {
    const met = new Met(options);
    await lookUpOnSql(options, rows, met);
    const frontier: Frontier | null = ended ? null : { pass: 'mongodb', sql: null, mongodb: upTo };
    return { compared: met.compared, suspects: met.suspects, frontier };
  });
}

type TakePage = (rows: readonly Row[], ended: boolean, after: string | null) => Promise<ScanStep>;

/** While one page is looked up the next one is read. */
async function* oneAhead(pages: Pages, takePage: TakePage): AsyncGenerator<ScanStep> {
  let before: Promise<ScanStep> | null = null;
  for (;;) {
    const rows = await pages.page();
    const { ended, after } = pages;
    const step = takePage(rows, ended, after);
    // Told when it is awaited, if it still is.
    step.catch(() => {});
    if (before !== null) yield await before;
    before = step;
    if (!ended) continue;
    yield await step;
    return;
  }
}
