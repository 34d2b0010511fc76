/**
 * Operators who change which way changes cross while all is moving: they keep users from a side that will lead no more, wait
 * for open transactions there, and order the turn. Must not know how the engine turns.
 */
import { type Direction, directions, leads } from '../../model/course.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import { type Side, sides } from '../../model/side.js';
import { MemoryCourses } from '../memory/memory-courses.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';
import type { Process, ProcessParts } from './process.js';
import type { Scenario } from './scenario.js';

interface Order {
  readonly direction: Direction;
  /** Null: users are still being kept away. */
  by: Process | null;
}

export interface OperatorsParts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly scenario: Scenario;
}

export class Operators {
  /** Records that were told to be changed on a side that does not lead. */
  readonly noticed = new Set<RecordId>();
  readonly courses = new MemoryCourses();
  private readonly open: Record<Side, number> = { sql: 0, mongodb: 0 };
  private order: Order | null = null;

  constructor(private readonly parts: OperatorsParts) {}

  /** `keeps`: what is written on a side that does not lead crosses all the same. */
  forProcesses(keeps: boolean): Pick<ProcessParts, 'courses' | 'passive'> {
    const passive = (records: readonly RecordRef[]): void => {
      for (const ref of keeps ? [] : records) this.noticed.add(recordId(ref));
    };
    return { courses: this.courses, passive };
  }

  mayWrite(side: Side): boolean {
    if (this.parts.scenario.astray) return true;
    return this.courses.mayWrite(side) && (this.order === null || leads(this.order.direction, side));
  }

  /** A user's transaction. Just after somebody wrote there is the most to be lost. */
  watch(side: Side, transaction: Promise<void>): void {
    const { random, scenario } = this.parts;
    this.open[side]++;
    void transaction.then(() => {
      this.open[side]--;
      if (scenario.turns && this.order === null && random.chance(0.5))
        this.order = { direction: random.pick(directions), by: null };
    });
  }

  get openUsers(): number {
    return this.open.sql + this.open.mongodb;
  }

  disturb(process: Process | undefined, probability: number): void {
    const { random } = this.parts;
    if (this.order === null && random.chance(probability))
      this.order = { direction: random.pick(directions), by: null };
    this.goOn(process);
  }

  /** At the end something must run; who stands still does not learn by itself that he was succeeded. */
  end(process: Process | undefined): void {
    const { random } = this.parts;
    if (this.order === null && process?.engine.direction === 'none')
      this.order = { direction: random.pick(['both', 'sql_to_mongodb', 'mongodb_to_sql']), by: null };
    this.goOn(process);
  }

  private goOn(process: Process | undefined): void {
    const { order } = this;
    if (order === null) return;
    if (order.by !== null) {
      // Whoever was asked will not answer any more.
      if (!order.by.actor.alive) this.order = null;
      return;
    }
    if (!process?.running || process.engine.direction === null) return;
    if (!this.parts.scenario.astray && sides.some((side) => !leads(order.direction, side) && this.open[side] > 0))
      return;
    order.by = process;
    const { change } = this.courses.store(this.parts.scheduler, process.actor);
    const done = (): void => {
      if (this.order === order) this.order = null;
    };
    process.engine.turn(order.direction, change).then(done, done);
  }
}
