/** One side's records of a table as a stream, one page read ahead, each as long as its rows are short. Must not know what they are for. */
import type { State } from '../model/record.js';
import { unitsOf } from '../model/weight.js';
import type { Page, SideStore } from '../ports/side-store.js';

export interface Row {
  readonly key: string;
  readonly state: State;
}

/** Records in the first page and in any, and UTF-16 units in one, about. */
const first = 200;
const most = 2000;
const unitsMost = 2_000_000;
/** How many rows one stands for when they are weighed. */
const every = 8;

export class Pages {
  private rows: readonly Row[] = [];
  private at = 0;
  private more = true;
  private limit = first;
  private ahead: Promise<Page> | null = null;
  /** The last record that was taken. */
  after: string | null;

  constructor(
    private readonly store: Pick<SideStore, 'readPage'>,
    private readonly of: { readonly entity: string; readonly after: string | null; readonly keysOnly: boolean },
  ) {
    this.after = of.after;
    this.readAhead(of.after);
  }

  /** The next record; undefined: `fill` first, or there is none. */
  get current(): Row | undefined {
    return this.rows[this.at];
  }

  next(): void {
    this.after = this.rows[this.at]?.key ?? this.after;
    this.at++;
  }

  /** All are taken. */
  get ended(): boolean {
    return !this.more && this.at >= this.rows.length;
  }

  /** So that there is a current one, if any is left. */
  async fill(): Promise<void> {
    while (this.at >= this.rows.length && this.more && this.ahead !== null) {
      const { rows, more } = await this.ahead;
      this.rows = rows;
      this.at = 0;
      this.more = more;
      this.ahead = null;
      const last = rows.at(-1)?.key ?? null;
      if (more) this.readAhead(last ?? this.after);
    }
  }

  /** All that is at hand, at least one if any is left. */
  async page(): Promise<readonly Row[]> {
    await this.fill();
    const { rows } = this;
    this.at = rows.length;
    this.after = rows.at(-1)?.key ?? this.after;
    return rows;
  }

  private readAhead(after: string | null): void {
    let [units, seen] = [0, 0];
    for (let at = 0; at < this.rows.length; at += every, seen++) units += unitsOf(this.rows[at]?.state ?? null);
    const average = seen === 0 ? 1 : Math.max(1, units / seen);
    // Grown step by step: the rows that follow may be larger than those that came.
    this.limit = Math.max(1, Math.min(this.limit * 2, most, Math.floor(unitsMost / average)));
    const { entity, keysOnly } = this.of;
    this.ahead = this.store.readPage({ entity, after, limit: this.limit, keysOnly });
    // It is asked for later, and told then.
    this.ahead.catch(() => {});
  }
}
