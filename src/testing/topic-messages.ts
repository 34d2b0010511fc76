/** For tests of what crosses a topic: a table, and messages as a capture publishes them, in envelopes for other consumers or not. */
import { systemClock } from '../base/clock.js';
import { EnvelopeWriter } from '../debezium/envelope-writer.js';
import { field, entity as typed } from '../debezium/test-decoder.js';
import { forOtherConsumers, type WriteEnvelope } from '../kafka/other-consumers.js';
import { encodeMessage, type TopicMessage, type WireMessage } from '../kafka/topic-message.js';
import type { Entity } from '../model/entity.js';

/** All of its columns are texts. */
export const entity: Entity = { ...typed, key: [field('id')], fields: [field('a'), field('b')] };
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
