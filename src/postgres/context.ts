/** What all parts of the PostgreSQL side share: names, connections, the mapping. Must not know what they do with it. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import type { LaneOf } from '../model/share.js';
import type { Fence } from '../sql/fence.js';
import type { Names } from './names.js';
import type { Session } from './session.js';

export type LogReader = 'isthmus' | 'debezium';

export interface PostgresContext {
  readonly url: string;
  /** The sync's name, or a share's: what progress and held records are stored under. */
  readonly name: string;
  /** Which of the log's progress rows are ours. */
  readonly laneOf: LaneOf;
  /** Who reads the log: a capture of ours by a slot of ours, or a Debezium connector by its own. */
  readonly logReader: LogReader;
  /** Whether origins tag what lanes write. */
  readonly tags: boolean;
  readonly names: Names;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  /** For reading and for short statements of our own; many may be on their way at once. */
  readonly reads: Session;
  /** For reading under locks, in transactions: requests on one connection go one after the other. */
  readonly locks: Session;
  readonly marks: Session;
  /** Backends of this process. */
  readonly pids: Set<number>;
  readonly fence: Fence;
}
