/** One of Debezium's connectors, with all that tells it from the others. Must not know a broker. */
import type { Finding } from '../base/finding.js';
import type { ColumnType, Entity } from '../model/entity.js';
import type { Dialect } from './dialect.js';
import type { DebeziumModes } from './modes.js';
import type { Inexact, ValueReader } from './value-reader.js';

export interface Connector {
  readonly dialect: Dialect;
  readonly columnReader: (type: ColumnType, modes: DebeziumModes) => ValueReader | Inexact;
  /** Beyond columns that do not come exactly: what cannot be told from the truth. */
  readonly findings: (entities: ReadonlyMap<string, Entity>, modes: DebeziumModes) => readonly Finding[];
  /** What a table, or the server, must have for events to come with the state before. */
  readonly identity: string;
}
