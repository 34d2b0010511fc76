/** One process that runs the engine against the sides in memory: started, paused, stopped, or killed at any step. */
import type { IsthmusError } from '../../base/errors.js';
import { noFaults } from '../../base/fault-points.js';
import { silentLogger } from '../../base/logger.js';
import type { RecordRef } from '../../model/record.js';
import { sides } from '../../model/side.js';
import { Engine } from '../../sync/engine.js';
import { silentObserver } from '../../sync/observer.js';
import type { EngineParts } from '../../sync/session.js';
import { ShareCourse } from '../../sync/share-course.js';
import type { MemoryConflicts } from '../memory/memory-conflicts.js';
import { MemoryConflictStore } from '../memory/memory-conflicts.js';
import type { MemoryCourses } from '../memory/memory-courses.js';
import type { MemoryCommonCourse } from '../memory/memory-shared-course.js';
import type { MemorySide } from '../memory/memory-side.js';
import { MemorySource } from '../memory/memory-source.js';
import { MemoryStore } from '../memory/memory-store.js';
import { Actor, type Scheduler } from '../scheduler.js';

export interface ProcessParts {
  readonly scheduler: Scheduler;
  readonly sql: MemorySide;
  readonly mongodb: MemorySide;
  readonly conflicts: MemoryConflicts;
  readonly courses: MemoryCourses;
  /** Null: the engine is the only one of its sync. */
  readonly commonCourse: MemoryCommonCourse | null;
  /** How often it looks at the common course, in virtual milliseconds. */
  readonly looksMs: number;
  /** Records that were changed on a side that does not lead. */
  readonly passive: (records: readonly RecordRef[]) => void;
  readonly engine: Pick<EngineParts, 'entities' | 'resolve' | 'options'>;
}

export class Process {
  readonly actor: Actor;
  readonly engine: Engine;
  /** Why the engine must not go on; null: it has not ended by itself. */
  failure: IsthmusError | null = null;
  started = false;
  stopping = false;
  stopped = false;
  restarts = 0;

  constructor(
    name: string,
    private readonly parts: ProcessParts,
  ) {
    this.actor = new Actor(name);
    const { scheduler, conflicts, commonCourse, courses } = parts;
    const share = commonCourse && this.shareCourse(commonCourse);
    let ids = 0;
    this.engine = new Engine({
      agrees: () => true,
      ...parts.engine,
      sides: { sql: this.side(parts.sql), mongodb: this.side(parts.mongodb) },
      conflicts: new MemoryConflictStore(conflicts, scheduler, this.actor),
      courses: share ?? courses.store(scheduler, this.actor),
      clock: scheduler.clock(this.actor),
      log: silentLogger,
      faults: noFaults,
      newId: () => `${name}.${++ids}`,
      tracer: null,
      aheadMs: () => 0,
      observer: {
        ...silentObserver,
        restarted: () => void this.restarts++,
        passive: (_, records) => {
          // What a process says that was succeeded counts as little as what it writes.
          if ((commonCourse ?? courses).isClaimedBy(this.engine.epoch)) parts.passive(records);
        },
      },
    });
    void this.engine.failure.then((error) => {
      this.failure = error;
    });
    this.engine.start().then(
      () => {
        this.started = true;
      },
      () => {},
    );
    if (share !== null) void this.follow(share);
  }

  get running(): boolean {
    return this.actor.alive && this.failure === null && !this.stopping;
  }

  /** It says that nothing is left to write, but for what waits for a person. */
  get idle(): boolean {
    if (!this.started) return false;
    const { state, links, entities } = this.engine.status();
    if (entities.some(({ load }) => load?.state === 'open')) return false;
    return state === 'running' && sides.every((side) => links[side].pending === 0 && links[side].heldMoving === 0);
  }

  kill(): void {
    this.parts.scheduler.kill(this.actor);
  }

  /** As on SIGTERM. */
  stop(): void {
    this.stopping = true;
    this.engine.stop().then(
      () => {
        this.stopped = true;
        this.kill();
      },
      () => {},
    );
  }

  private shareCourse(commonCourse: MemoryCommonCourse): ShareCourse {
    const { engine, scheduler } = this.parts;
    const { disabledRules } = engine.options;
    return new ShareCourse({
      common: commonCourse.store(scheduler, this.actor),
      own: commonCourse.ownStore(scheduler, this.actor),
      without: { coming: disabledRules.has('coming'), skipped: disabledRules.has('skipped') },
    });
  }

  private async follow(share: ShareCourse): Promise<void> {
    const { commonCourse, looksMs, scheduler } = this.parts;
    const clock = scheduler.clock(this.actor);
    while (this.running) {
      await clock.sleep(looksMs);
      const common = await commonCourse?.store(scheduler, this.actor).common();
      // A life that has ended finds it out in the next one.
      if (common !== undefined) await share.follow(this.engine, common).catch(() => undefined);
    }
  }

  private side(at: MemorySide): { source: MemorySource; store: MemoryStore } {
    return { source: new MemorySource(at, this.actor), store: new MemoryStore(at, this.actor) };
  }
}
