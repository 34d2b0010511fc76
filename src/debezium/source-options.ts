/** What the reading of a connector's topic is given. Must not know who gives it. */
import type { Clock } from '../base/clock.js';
import type { Entity } from '../model/entity.js';
import type { LaneOf } from '../model/share.js';
import type { TableLook } from '../ports/sql-side.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import type { Connector } from './connector.js';
import type { DebeziumModes } from './modes.js';
import type { ReadTextOf } from './row-reader.js';
import type { TopicLog } from './topic-port.js';

export interface DebeziumSourceOptions {
  readonly connector: Connector;
  readonly modes: DebeziumModes;
  readonly topic: TopicLog;
  readonly name: string;
  readonly laneOf: LaneOf;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly readText: ReadTextOf;
  readonly lookAtTables: () => Promise<TableLook>;
  /** Writes a progress row of no lane with this id, and a mark, in one transaction. */
  readonly probe: (id: string) => Promise<void>;
  /** Resolves when it is kept: the message is passed over then. */
  readonly unreadable: (message: UnreadableMessage) => Promise<void>;
  readonly clock: Clock;
}
