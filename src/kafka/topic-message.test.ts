import { describe, expect, test } from 'vitest';
import { encoded, entities, entity, newEnvelopes } from '../testing/topic-messages.js';
import { decodeMessage, encodeMessage, type TopicMessage, type WireMessage } from './topic-message.js';

describe('a message that is none of ours', () => {
  const good: TopicMessage = {
    stamp: { source: '1', index: 0, transaction: 't', committedAt: 1, last: true, echo: null, division: 0 },
    body: { kind: 'change', change: { entity: entity.name, key: 'k', before: null, after: ['1', null] } },
  };
  const wire = encodeMessage(entities, good);
  const value = wire.value as string;
  const inEnvelope = encoded(good, newEnvelopes());
  const cases: readonly (readonly [string, WireMessage, RegExp])[] = [
    ['no JSON', { ...wire, value: '{"v":1,' }, /no JSON object/],
    ['another version', { ...wire, value: value.replace('"v":1', '"v":2') }, /version is 2/],
    ['an unknown table', { ...wire, value: value.replace('public.e', 'public.f') }, /public\.f is not mapped/],
    ['no position', { ...wire, headers: { ...wire.headers, position: '' } }, /no header position/],
    ['a value of another type', { ...wire, value: value.replace('"1"', '1') }, /public\.e\.a is no text image/],
    ['a tombstone', { ...wire, value: null }, /no JSON object/],
    ['an envelope of another’s', { ...wire, value: '{"before":null,"after":{"a":1}}' }, /version is missing part/],
    [
      'an envelope of another version',
      { ...wire, value: (inEnvelope.value as string).replace('"v":1', '"v":2') },
      /version is 2/,
    ],
    ['an unknown kind', { ...wire, value: value.replace('"change"', '"merge"') }, /"merge" of this form/],
  ];
  test('is as it was, where it is ours', () => {
    expect(decodeMessage(entities, wire)).toEqual(good);
    expect(decodeMessage(entities, inEnvelope)).toEqual(good);
  });
  test.each(cases)('%s: is refused with the reason and without its values', (_, message, reason) => {
    expect(() => decodeMessage(entities, message)).toThrow(reason);
    expect(() => decodeMessage(entities, message)).toThrow(expect.objectContaining({ code: 'message_invalid' }));
  });
});

test('what is for our workers alone is a tombstone to others, and says all that it said', () => {
  const echo = { lane: 3, number: 7, wrote: new Map([['public.e\u0001k1', ['x', null]]]) };
  const stamp = { source: '1', index: 0, transaction: 't', committedAt: 1, last: true, echo, division: 1 };
  const bodies: readonly TopicMessage['body'][] = [
    { kind: 'end' },
    { kind: 'mark', id: 'm' },
    { kind: 'stop', entity: entity.name, reason: 'gone' },
  ];
  for (const body of bodies) {
    const wire = encoded({ stamp, body }, newEnvelopes());
    expect(wire).toMatchObject({ key: null, value: null });
    expect(decodeMessage(entities, wire)).toEqual({ stamp, body });
  }
});
