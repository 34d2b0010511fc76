/** For tests: a decoder of one table. */
import type { ColumnType, Entity, Field } from '../model/entity.js';
import { ownLanes } from '../model/share.js';
import { sqlCodec } from '../postgres/types.js';
import type { DebeziumModes } from './modes.js';
import { formatPlace, parsePlace } from './position.js';
import { postgresConnector } from './postgres-connector.js';
import { TopicDecoder } from './topic-decoder.js';

export const usual: DebeziumModes = { decimals: 'string', times: 'adaptive', binary: 'base64', intervals: 'string' };

export const field = (column: string, kind: ColumnType['kind'] = 'text', nullable = true): Field => ({
  column,
  field: column,
  type: { kind, sql: kind },
  nullable,
  hasDefault: false,
});
export const entity: Entity = {
  name: 'public.e',
  schema: 'public',
  table: 'e',
  collection: 'e',
  key: [field('id', 'int8', false)],
  fields: [field('a'), field('n', 'int4', false)],
  sequenceKey: false,
  mayDeviate: true,
};
export const entities = new Map([[entity.name, entity]]);

export function newDecoder(from = formatPlace({ next: 0n, commit: '', open: null }), partSize = 4): TopicDecoder {
  return new TopicDecoder({
    connector: postgresConnector,
    modes: usual,
    name: 's',
    laneOf: ownLanes('s'),
    entities,
    readText: (type) => sqlCodec(type).fromText,
    asOf: '',
    from: parsePlace(from),
    partSize,
  });
}
