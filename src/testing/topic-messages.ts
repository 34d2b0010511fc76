/** For tests of what crosses a topic: a table, and messages as a capture publishes them, in envelopes for other consumers or not. */
import { systemClock } from '../base/clock.js';
import { EnvelopeWriter } from '../debezium/envelope-writer.js';
import { forOtherConsumers, type WriteEnvelope } from '../kafka/other-consumers.js';
import { encodeMessage, type TopicMessage, type WireMessage } from '../kafka/topic-message.js';
import type { Entity } from '../model/entity.js';

const field = (name: string): Entity['fields'][number] => ({
  column: name,
  field: name,
  type: { kind: 'text', sql: 'text' },
  nullable: true,
  hasDefault: false,
});
export const entity: Entity = {
  name: 'public.e',
  schema: 'public',
  table: 'e',
  collection: 'e',
  key: [field('id')],
  fields: [field('a'), field('b')],
  sequenceKey: false,
  mayDeviate: true,
};
export const entities = new Map([[entity.name, entity]]);

export function newEnvelopes(): WriteEnvelope {
  const writer = new EnvelopeWriter({
    side: 'sql',
    connector: 'postgresql',
    name: 'isthmus_s',
    version: '1',
    database: 'd',
    entities,
    clock: systemClock,
  });
  return (told, payload) => writer.write({ ...told, order: BigInt(told.position) }, payload);
}

/** `envelope`: null where other consumers are not served. */
export function encoded(message: TopicMessage, envelope: WriteEnvelope | null): WireMessage {
  const wire = encodeMessage(entities, message);
  return envelope === null ? wire : forOtherConsumers(message, wire, envelope);
}
