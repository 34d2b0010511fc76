/**
 * What the parts of one running life of the engine share. A life begins with taking over and ends with a stop, a crash, or
 * the loss of a server, after which a new one begins from what is stored: memory is never mended, it is read again.
 */

import type { Clock } from '../base/clock.js';
import type { Faults } from '../base/fault-points.js';
import type { Logger } from '../base/logger.js';
import type { Agrees } from '../conflict/agreement.js';
import type { Resolve } from '../conflict/resolve.js';
import type { Entity } from '../model/entity.js';
import type { RecordId } from '../model/record.js';
import { linkFrom, type Side } from '../model/side.js';
import type { ChangeSource } from '../ports/change-source.js';
import type { ConflictStore } from '../ports/conflict-store.js';
import type { CourseStore } from '../ports/course-store.js';
import type { SideStore } from '../ports/side-store.js';
import type { Awaiting } from './awaiting.js';
import type { Decisions } from './decisions.js';
import type { EchoGate } from './echo-gate.js';
import type { Following } from './following.js';
import type { Held } from './held.js';
import type { LaneWriter } from './lane-writer.js';
import type { LetterRequests } from './letter-requests.js';
import type { Loads } from './loads.js';
import type { RecordLocks } from './locks.js';
import type { EngineObserver } from './observer.js';
import type { EngineOptions } from './options.js';
import type { Silent } from './silent.js';
import type { Tracer } from './tracer.js';
import type { Trouble } from './trouble.js';
import type { Watches } from './watches.js';

export interface EngineParts {
  readonly sides: Readonly<Record<Side, { readonly source: ChangeSource; readonly store: SideStore }>>;
  readonly conflicts: ConflictStore;
  readonly courses: CourseStore;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly resolve: Resolve;
  readonly agrees: Agrees;
  readonly clock: Clock;
  /** How far a server's clock is ahead of ours, in ms. */
  readonly aheadMs: (side: Side) => number;
  readonly log: Logger;
  readonly newId: () => string;
  readonly observer: EngineObserver;
  /** Null: none. */
  readonly tracer: Tracer | null;
  readonly faults: Faults;
  readonly options: EngineOptions;
}

/** Numbers of our own transactions, over all lanes of both links: each is greater than all before it. */
export class Numbers {
  constructor(private current: number) {}

  next(): number {
    return ++this.current;
  }

  get last(): number {
    return this.current;
  }
}

/** One link's memory; `source` names the link. */
export interface LinkMemory {
  readonly source: Side;
  readonly held: Held;
  /** What we wrote to the source and have not read back. */
  readonly awaiting: Awaiting;
  readonly loads: Loads;
}

export interface Session {
  readonly parts: EngineParts;
  /** Names this life, so that marks of another one are told apart. */
  readonly id: string;
  readonly epoch: number;
  readonly following: Following;
  readonly links: Readonly<Record<Side, LinkMemory>>;
  /** Per side that is written: the lane of advances and settlements. */
  readonly settleLanes: Readonly<Record<Side, LaneWriter>>;
  readonly locks: RecordLocks;
  readonly numbers: Numbers;
  readonly silent: Silent;
  readonly watches: Watches;
  readonly trouble: Trouble;
  readonly decisions: Decisions;
  readonly letterRequests: LetterRequests;
  readonly echoGate: EchoGate;
  /** Entities that are not followed until the operator chooses (rule 10), with the reason. */
  readonly stopped: Map<string, string>;
  /** Whether held records are being settled, so that a link which holds too many had better wait. */
  readonly gains: () => boolean;
  /** Links that wait for held records to go on look again. */
  readonly linksGoOn: () => void;
  /** A held record has news: look at it soon. */
  readonly nudge: (id: RecordId) => void;
  /** Ends this life; a retryable error lets a new one begin. */
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Whether a later life has taken over on a side. */
export async function wasSucceeded({ parts, epoch }: Session, side: Side): Promise<boolean> {
  return (await parts.sides[side].store.epoch()) > epoch;
}

/** How a look at held records says when to look again. */
export interface Schedule {
  /** Look at it after so many ms: something is known to happen by then. */
  readonly wait: (id: RecordId, ms: number) => void;
  /** It could not go on: look again after a growing pause. */
  readonly retry: (id: RecordId) => void;
}

/** The link's name for messages and metrics. */
export function nameOf(link: LinkMemory): ReturnType<typeof linkFrom> {
  return linkFrom(link.source);
}
