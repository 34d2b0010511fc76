/**
 * Compares a table that both sides read in different orders: their pages are joined by key, window by window, and what has
 * found no partner in its window is looked up on the other side. Orders that are alike (a language's and that of bytes,
 * for most keys) need few look-ups; of others no more than looking up everything does. Must not know who examines what it finds.
 */
import type { State } from '../model/record.js';
import type { Side } from '../model/side.js';
import { unitsOf } from '../model/weight.js';
import { type LookUp, lookUpOnMongodb, lookUpOnSql } from './look-up.js';
import { Met } from './met.js';
import { Pages, type Row } from './pages.js';
import { inSample } from './sample.js';
import type { Frontier, ScanStep } from './scan-step.js';

/** A window ends when one of these is reached. */
export interface WindowLimits {
  /** Rows of both sides. */
  readonly rows: number;
  /** Rows that wait for a partner. */
  readonly waiting: number;
  /** UTF-16 units of those that wait. */
  readonly units: number;
  /** Records that look different. */
  readonly suspects: number;
}

const usual: WindowLimits = { rows: 200_000, waiting: 20_000, units: 4_000_000, suspects: 5000 };
/** More than this share of a window looked up: the orders have nothing in common. */
const alikeShare = 0.5;

/** Null at its end: the table is read; else from where everything has to be looked up. */
export async function* joined(
  options: LookUp,
  from: Frontier,
  limits: WindowLimits = usual,
): AsyncGenerator<ScanStep, Frontier | null> {
  const { stores, entity } = options;
  const pages = {
    sql: new Pages(stores.sql, { entity: entity.name, after: from.sql, keysOnly: false }),
    mongodb: new Pages(stores.mongodb, { entity: entity.name, after: from.mongodb, keysOnly: false }),
  };
  for (;;) {
    const window = new Window(options, limits);
    while (!window.full && !(pages.sql.ended && pages.mongodb.ended)) await window.read(pages);
    await window.close();
    const ended = pages.sql.ended && pages.mongodb.ended;
    const frontier: Frontier = { pass: 'both', sql: pages.sql.after, mongodb: pages.mongodb.after };
    yield { compared: window.met.compared, suspects: window.met.suspects, frontier: ended ? null : frontier };
    if (ended) return null;
    if (!window.alike) return frontier;
  }
}

class Window {
  readonly met: Met;
  private readonly waiting: Readonly<Record<Side, Map<string, State>>> = { sql: new Map(), mongodb: new Map() };
  private readonly taken = { sql: 0, mongodb: 0 };
  private units = 0;
  private lookedUp = 0;

  constructor(
    private readonly options: LookUp,
    private readonly limits: WindowLimits,
  ) {
    this.met = new Met(options);
  }

  private get rows(): number {
    return this.taken.sql + this.taken.mongodb;
  }

  get full(): boolean {
    return (
      this.rows >= this.limits.rows ||
      this.waiting.sql.size + this.waiting.mongodb.size >= this.limits.waiting ||
      this.units >= this.limits.units ||
      this.met.suspects.length >= this.limits.suspects
    );
  }

  /** Once it is closed: whether most found their partners. */
  get alike(): boolean {
    return this.lookedUp <= alikeShare * this.rows;
  }

  /** One more page, of the side that is behind. */
  async read(pages: Readonly<Record<Side, Pages>>): Promise<void> {
    const behind =
      pages.mongodb.ended || (!pages.sql.ended && this.taken.sql <= this.taken.mongodb) ? 'sql' : 'mongodb';
    const rows = await pages[behind].page();
    this.taken[behind] += rows.length;
    for (const row of rows) this.join(behind, row);
  }

  private join(side: Side, { key, state }: Row): void {
    if (!inSample(this.options.seed, key, this.options.sample)) return;
    const other = side === 'sql' ? this.waiting.mongodb : this.waiting.sql;
    const partner = other.get(key);
    if (partner === undefined) {
      this.waiting[side].set(key, state);
      this.units += unitsOf(state);
      return;
    }
    other.delete(key);
    this.units -= unitsOf(partner);
    if (side === 'sql') this.met.take(key, state, partner);
    else this.met.take(key, partner, state);
  }

  /** What waits is looked up: its partner stands in another window, or nowhere. */
  async close(): Promise<void> {
    const rest = (side: Side): Row[] => [...this.waiting[side]].map(([key, state]) => ({ key, state }));
    this.lookedUp = this.waiting.sql.size + this.waiting.mongodb.size;
    await Promise.all([
      lookUpOnMongodb(this.options, rest('sql'), this.met),
      lookUpOnSql(this.options, rest('mongodb'), this.met),
    ]);
  }
}
