/**
 * Operators who change which way changes cross while all is moving: they keep users from a side that will lead no more, wait
 * for open transactions there, and order the turn. Must not know how the engine turns.
 */
import { type Direction, directions, leads } from '../../model/course.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import { type Side, sides } from '../../model/side.js';
import { turnAll } from '../../sync/turn-all.js';
import { MemoryCourses } from '../memory/memory-courses.js';
import { MemoryCommonCourse } from '../memory/memory-shared-course.js';
import type { MemorySide } from '../memory/memory-side.js';
import type { Random } from '../random.js';
import { Actor, type Scheduler } from '../scheduler.js';
import type { Process, ProcessParts } from './process.js';
import type { Scenario } from './scenario.js';

interface Order {
  readonly direction: Direction;
  /** Null: users are still being kept away. */
  by: Actor | null;
}

export interface OperatorsParts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly scenario: Scenario;
  readonly sides: () => Readonly<Record<Side, MemorySide>>;
}

export class Operators {
  /** Records that were told to be changed on a side that does not lead. */
  readonly noticed = new Set<RecordId>();
  readonly courses = new MemoryCourses();
  /** Null: the process that runs is the only one. */
  private readonly commonCourse: MemoryCommonCourse | null;
  private readonly open: Record<Side, number> = { sql: 0, mongodb: 0 };
  private order: Order | null = null;

  constructor(private readonly parts: OperatorsParts) {
    this.commonCourse = parts.scenario.afar ? new MemoryCommonCourse() : null;
  }

  /** `keeps`: what is written on a side that does not lead crosses all the same. */
  forProcesses(keeps: boolean): Pick<ProcessParts, 'commonCourse' | 'courses' | 'looksMs' | 'passive'> {
    const passive = (records: readonly RecordRef[]): void => {
      for (const ref of keeps ? [] : records) this.noticed.add(recordId(ref));
    };
    const { commonCourse, courses } = this;
    const { random, scheduler } = this.parts;
    const looksMs = commonCourse === null ? 0 : random.pick([1, 10, 60]);
    // Whoever turns may take long between the marks and the end: processes come and go meanwhile.
    if (commonCourse !== null && random.chance(0.5)) scheduler.slow.add('common course: comes into force');
    return { commonCourse, courses, looksMs, passive };
  }

  mayWrite(side: Side): boolean {
    if (this.parts.scenario.astray) return true;
    return (
      (this.commonCourse ?? this.courses).mayWrite(side) && (this.order === null || leads(this.order.direction, side))
    );
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
    const direction = this.commonCourse?.now.direction ?? process?.engine.direction;
    if (this.order === null && direction === 'none')
      this.order = { direction: random.pick(['both', 'sql_to_mongodb', 'mongodb_to_sql']), by: null };
    this.goOn(process);
  }

  private goOn(process: Process | undefined): void {
    const { order } = this;
    if (order === null) return;
    if (order.by !== null) {
      // Whoever was asked will not answer any more.
      if (!order.by.alive) this.order = null;
      return;
    }
    const { astray } = this.parts.scenario;
    if (!astray && sides.some((side) => !leads(order.direction, side) && this.open[side] > 0)) return;
    const done = (): void => {
      if (this.order === order) this.order = null;
    };
    if (this.commonCourse !== null) this.turnAll(this.commonCourse, order).then(done, done);
    else if (process?.running && process.engine.direction !== null) {
      order.by = process.actor;
      const { change } = this.courses.store(this.parts.scheduler, process.actor);
      process.engine.turn(order.direction, change).then(done, done);
    }
  }

  /** By a process that has no part in the work, and may die of it. */
  private async turnAll(commonCourse: MemoryCommonCourse, order: Order): Promise<void> {
    const { random, scenario, scheduler, sides: both } = this.parts;
    const turner = new Actor('turner');
    order.by = turner;
    const common = commonCourse.store(scheduler, turner);
    if (scenario.crash && random.chance(0.2))
      void scheduler
        .clock(new Actor('fate'))
        .sleep(random.int(8))
        .then(() => scheduler.kill(turner));
    const mark = (side: Side, id: string): Promise<void> => both()[side].markForAll(turner, id);
    await turnAll({ common, mark }, order.direction, async (number) => void (await common.enforce(number)));
  }
}
