/** What all parts of the MariaDB side share: names, connections, the mapping. Must not know what they do with it. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import type { Fence } from '../sql/fence.js';
import type { Session } from './session.js';

export interface MysqlContext {
  readonly url: string;
  /** The sync's name, or a share's: what progress and held records are stored under. */
  readonly name: string;
  /** The sync's name: what marks stand under. */
  readonly sync: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  /** For reading and for short statements of our own; many may be on their way at once. */
  readonly reads: Session;
  /** For reading under locks, in transactions: requests on one connection go one after the other. */
  readonly locks: Session;
  readonly marks: Session;
  /** The most bytes that the server takes as one statement. */
  readonly packetBytes: number;
  readonly fence: Fence;
}
