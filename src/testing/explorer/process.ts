/** One process that runs the engine against the sides in memory: started, paused, stopped, or killed at any step. */
import type { IsthmusError } from '../../base/errors.js';
import { noFaults } from '../../base/fault-points.js';
import { silentLogger } from '../../base/logger.js';
import type { RecordRef } from '../../model/record.js';
import { sides } from '../../model/side.js';
import { Engine } from '../../sync/engine.js';
import { silentObserver } from '../../sync/observer.js';
import type { EngineParts } from '../../sync/session.js';
import type { MemoryConflicts } from '../memory/memory-conflicts.js';
import { MemoryConflictStore } from '../memory/memory-conflicts.js';
import type { MemoryCourses } from '../memory/memory-courses.js';
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
    const { scheduler, conflicts } = parts;
    let ids = 0;
    this.engine = new Engine({
      agrees: () => true,
      ...parts.engine,
      sides: { sql: this.side(parts.sql), mongodb: this.side(parts.mongodb) },
      conflicts: new MemoryConflictStore(conflicts, scheduler, this.actor),
      courses: parts.courses.store(scheduler, this.actor),
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
          if (parts.courses.isClaimedBy(this.engine.epoch)) parts.passive(records);
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

  private side(at: MemorySide): { source: MemorySource; store: MemoryStore } {
    return { source: new MemorySource(at, this.actor), store: new MemoryStore(at, this.actor) };
  }
}
