/**
 * Has the shares of this process go by the course that all processes have in common, and turns that course. Must not know why it is
 * turned, nor what else is stored with it.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { CommonCourse, Course, Direction } from '../../model/course.js';
import type { Side } from '../../model/side.js';
import type { CommonCourseStore } from '../../ports/course-store.js';
import { turnAll } from '../../sync/turn-all.js';
import { movedOn } from '../lifecycle/moved-on.js';

export interface CourseFollowerParts {
  readonly common: CommonCourseStore;
  /** Writes a mark for all shares into a side's log. */
  readonly mark: (side: Side, id: string) => Promise<void>;
  readonly onCourse: (course: CommonCourse) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

const everyMs = 1_000;

export class CourseFollower {
  private readonly stopper = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private known: CommonCourse | null = null;

  constructor(private readonly parts: CourseFollowerParts) {}

  /** Null: it is not known yet. */
  get direction(): Direction | null {
    return this.known?.direction ?? null;
  }

  /** Resolves when it knows the course. */
  async start(): Promise<void> {
    await this.look();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  /** `save` stores it with what goes with it; false: it was not stored, and nothing turns. */
  async turn(direction: Direction, save: (course: Course, number: number) => Promise<boolean>): Promise<void> {
    await turnAll(this.parts, direction, async (number) => {
      if (await save({ direction, owed: [] }, number)) return;
      throw movedOn();
    });
    // It is in force, whoever learns of it and when.
    await this.look().catch((error: unknown) => this.missed(error));
  }

  private async run(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (!signal.aborted) await this.look().catch((error: unknown) => this.missed(error));
    }
  }

  private async look(): Promise<void> {
    const common = await this.parts.common.common();
    // What was asked earlier may be answered later.
    if (this.known !== null && this.known.number > common.number) return;
    this.known = common;
    this.parts.onCourse(common);
  }

  private missed(error: unknown): void {
    this.parts.log.debug({ error: String(error) }, 'which way changes cross could not be looked up');
  }
}
