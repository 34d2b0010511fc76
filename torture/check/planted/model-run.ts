/** A whole run in memory: the workload's own users on two sides, in a random order, with the model's sync between them. Seeded. */
import { type Side, sides } from '../../../src/model/side.js';
import { Random } from '../../../src/testing/random.js';
import type { DeadLetterEvidence, Evidence, ProgressSample } from '../../evidence.js';
import type { UserTransaction, UserWrite, Values } from '../../history.js';
import { type Table, tables } from '../../tables.js';
import { byName, initialRows } from '../../workload/initial.js';
import { type Plan, Planner } from '../../workload/plan.js';
import { EventCounts } from '../event-counts.js';
import type { ModelRecord, OpenConflict } from './model-record.js';
import { type SyncFaults, type SyncWorld, syncRecord } from './model-sync.js';

export interface ModelOptions {
  readonly seed: number;
  /** Transactions of each side, about. Default: 250. */
  readonly transactions?: number;
  readonly faults?: SyncFaults;
}

export function runModel(options: ModelOptions): Evidence {
  return new ModelRun(options).run();
}

const usersPerSide = 2;
/** Of the transactions: their answers are lost, and half of them happen. */
const lostAnswers = 0.02;
const restRounds = 4;

class ModelRun implements SyncWorld {
  readonly random: Random;
  readonly conflicts: OpenConflict[] = [];
  private readonly records = new Map<string, ModelRecord>();
  private readonly rows = initialRows();
  private readonly history: UserTransaction[] = [];
  private readonly letters: DeadLetterEvidence[] = [];
  private readonly counts: Readonly<Record<Side, EventCounts>> = { sql: new EventCounts(), mongodb: new EventCounts() };
  private readonly progress: ProgressSample[] = [];
  private readonly numbers: Record<Side, number> = { sql: 0, mongodb: 0 };
  private epoch = 1;
  private clock = 0;
  private ids = 0;

  constructor(private readonly options: ModelOptions) {
    this.random = new Random(options.seed);
    for (const [table, records] of this.rows)
      for (const [key, values] of records) this.records.set(`${table.name} ${key}`, fresh(table, key, values));
  }

  run(): Evidence {
    const planners = sides.flatMap((side) =>
      Array.from({ length: usersPerSide }, (_, user) => {
        const planner = new Planner({
          side,
          user: side === 'sql' ? user : usersPerSide + user,
          seed: this.options.seed,
        });
        return { side, planner };
      }),
    );
    const { transactions = 250, faults = {} } = this.options;
    for (let done = 0; done < transactions * 2; done++) {
      const { side, planner } = this.random.pick(planners);
      this.act(side, planner.next());
      // Bursts of the sync, with silences between them in which both sides go apart.
      if (this.random.chance(0.08)) this.syncAll(faults, this.random.next());
      if (this.random.chance(0.01)) this.epoch += 1;
      if (this.random.chance(0.002)) this.refuse();
    }
    // A half is finished, and what superseded it is settled, by the next rounds.
    for (let round = 0; round < restRounds; round++) this.syncAll(faults, 1);
    for (const side of sides) this.counts[side].quiet();
    return this.evidence();
  }

  event(side: Side, { table, key }: ModelRecord, times: number): void {
    for (let time = 0; time < times; time++) this.counts[side].add(table.name, key);
    this.numbers[side] += 1;
  }

  newId(): string {
    this.ids += 1;
    return `c${this.ids}`;
  }

  private act(side: Side, plan: Plan): void {
    const beganAt = this.clock++;
    const happens = !this.random.chance(lostAnswers / 2);
    const isLost = !happens || this.random.chance(lostAnswers / 2);
    const writes: UserWrite[] = [];
    for (const { table, key, edit } of plan.steps) {
      const record = this.record(table, key);
      const before = record[side];
      const after = edit(before);
      if (after === before) continue;
      writes.push({ table: table.name, key, before, after });
      if (!happens) continue;
      record[side] = after;
      record.at[side] = beganAt;
      this.counts[side].add(table.name, key);
    }
    if (writes.length === 0) return;
    const outcome = isLost ? 'unknown' : 'acknowledged';
    this.history.push({ id: plan.id, side, writes, outcome, beganAt, endedAt: this.clock++ });
  }

  private record(table: Table, key: string): ModelRecord {
    const id = `${table.name} ${key}`;
    const record = this.records.get(id) ?? fresh(table, key, null);
    this.records.set(id, record);
    return record;
  }

  private syncAll(faults: SyncFaults, share: number): void {
    for (const record of this.records.values()) if (this.random.chance(share)) syncRecord(this, record, faults);
    for (const side of sides)
      this.progress.push({
        side,
        at: this.clock,
        epoch: this.epoch,
        numbers: { 0: this.numbers[side] >> 1, 1: (this.numbers[side] + 1) >> 1 },
      });
  }

  /** Some target refuses some record for ever. */
  private refuse(): void {
    const some = [...this.records.values()].filter(({ table, half, pending }) => {
      return table.name === 'notes' && half === null && pending === null;
    });
    const record = this.random.pick(some);
    if (record.refused) return;
    record.refused = true;
    this.letters.push({ table: record.table.name, key: record.key, text: '{}' });
  }

  private evidence(): Evidence {
    const initial = byName(this.rows);
    return {
      initial: { sql: initial, mongodb: initial },
      final: { sql: this.final('sql'), mongodb: this.final('mongodb') },
      history: this.history,
      conflicts: this.conflicts,
      deadLetters: this.letters,
      events: { sql: this.counts.sql.all, mongodb: this.counts.mongodb.all },
      quietEvents: { sql: this.counts.sql.sinceQuiet ?? 0, mongodb: this.counts.mongodb.sinceQuiet ?? 0 },
      progress: this.progress,
      gaps: [],
    };
  }

  private final(side: Side): Map<string, Map<string, Values>> {
    const all = new Map(tables.map(({ name }) => [name, new Map<string, Values>()]));
    for (const record of this.records.values()) {
      const values = record[side];
      if (values !== null) all.get(record.table.name)?.set(record.key, { ...values });
    }
    return all;
  }
}

function fresh(table: Table, key: string, values: Values | null): ModelRecord {
  return {
    table,
    key,
    base: values,
    sql: values,
    mongodb: values,
    seen: { sql: values, mongodb: values },
    at: { sql: 0, mongodb: 0 },
    pending: null,
    half: null,
    refused: false,
  };
}
