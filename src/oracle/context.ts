/** What all parts of the Oracle side share: names, connections, the mapping. Must not know what they do with it. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import type { Fence } from '../sql/fence.js';
import type { KeyNames } from './key-names.js';
import type { Session, SessionOptions } from './session.js';

export interface OracleContext {
  /** The sync's name, or a share's: what progress and held records are stored under. */
  readonly name: string;
  /** The sync's name: what marks stand under. */
  readonly sync: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A connection of its own, for who needs one. */
  readonly session: (options: Omit<SessionOptions, 'url' | 'cached'>) => Session;
  /** For reading and for short statements of our own, each with its own commit. */
  readonly reads: Session;
  /** For reading under locks, in transactions. */
  readonly locks: Session;
  readonly marks: Session;
  /** What the primary keys' constraints are called. */
  readonly keyNames: KeyNames;
  readonly fence: Fence;
}
