/** What one user does in one transaction: chosen by seed before any record is read. Must not know servers. */
import type { Side } from '../../src/model/side.js';
import { Random } from '../../src/testing/random.js';
import type { Values } from '../history.js';
import { isSteady, keyText, ownerOf, type Table, tableNamed, tables } from '../tables.js';
import { changeOf, type Edit, insertOf } from './edits.js';
import { Zipf } from './zipf.js';

export interface Step {
  readonly table: Table;
  readonly key: string;
  readonly edit: Edit;
}

export interface Plan {
  /** Unlike that of any other transaction of the run. */
  readonly id: string;
  /** Different records, in an order that is the same for all users, so that they do not deadlock. */
  readonly steps: readonly Step[];
  /** A single write that an application of MongoDB would make without a transaction. */
  readonly plain: boolean;
}

const zipfs = new Map(tables.map((table) => [table.name, new Zipf(table.keys)]));

/** Tables, with how often each is written alone. */
const singles: readonly (readonly [string, number])[] = [
  ['facts', 30],
  ['people', 32],
  ['orders', 14],
  ['notes', 14],
  ['settings', 4],
  ['shelves', 6],
];
const singleTables = singles.flatMap(([name, weight]) => Array.from({ length: weight }, () => tableNamed(name)));

export interface PlannerOptions {
  readonly side: Side;
  /** Unlike that of any other user of either side. */
  readonly user: number;
  readonly seed: number;
}

export class Planner {
  private readonly random: Random;
  private done = 0;

  constructor(private readonly options: PlannerOptions) {
    this.random = new Random(options.seed * 1009 + options.user);
  }

  next(): Plan {
    this.done += 1;
    const { side, user } = this.options;
    const id = `${side === 'sql' ? 's' : 'm'}${user}x${this.done}`;
    const dice = this.random.int(100);
    if (dice < 68)
      return { id, steps: [this.step(this.random.pick(singleTables), id)], plain: this.random.chance(0.6) };
    const steps = dice < 82 ? this.transfer(id) : dice < 92 ? this.across(id) : this.several(id);
    return { id, steps: distinct(steps), plain: false };
  }

  private transfer(id: string): Step[] {
    const accounts = tableNamed('accounts');
    const [from, to] = [this.key(accounts), this.key(accounts)];
    if (from === to) return [this.step(tableNamed('facts'), id)];
    const amount = 1 + this.random.int(100);
    return [this.leg(accounts, from, { id, amount: -amount }), this.leg(accounts, to, { id, amount })];
  }

  private leg(table: Table, n: number, { id, amount }: { readonly id: string; readonly amount: number }): Step {
    const edit: Edit = (before) => before && { ...before, balance: String(Number(before['balance']) + amount), by: id };
    return { table, key: keyText(table, n), edit };
  }

  /** An order is placed: three tables in one transaction. */
  private across(id: string): Step[] {
    return ['orders', 'people', 'notes'].map((name) => this.step(tableNamed(name), id));
  }

  private several(id: string): Step[] {
    return Array.from({ length: 2 + this.random.int(4) }, () => this.step(tableNamed('facts'), id));
  }

  private step(table: Table, id: string): Step {
    const n = this.key(table);
    const { user } = this.options;
    // Decided now, so that what is found under the lock does not change what is chosen later.
    const random = new Random(this.random.int(2 ** 31));
    const writing = { id, user, serial: this.done };
    const removes = !isSteady(table, n) && this.random.int(10) < table.deletes;
    const leaves = this.random.chance(0.3);
    const edit = (before: Values | null): Values | null => {
      if (before === null) return leaves ? null : insertOf(table, writing);
      return removes ? null : changeOf(table, before, { ...writing, random });
    };
    return { table, key: keyText(table, n), edit };
  }

  /** Of the records that this side's users may touch. */
  private key(table: Table): number {
    const zipf = zipfs.get(table.name) as Zipf;
    for (;;) {
      const n = zipf.draw(this.random);
      const owner = ownerOf(n);
      if (owner === null || owner === this.options.side) return n;
    }
  }
}

function distinct(steps: readonly Step[]): readonly Step[] {
  const byRecord = new Map(steps.map((step) => [`${step.table.name} ${step.key}`, step]));
  return [...byRecord].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, step]) => step);
}
