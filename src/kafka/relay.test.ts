import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { EnvelopeWriter } from '../debezium/envelope-writer.js';
import type { Change } from '../model/change.js';
import { leadMark, turnOfMark } from '../model/course.js';
import type { Entity } from '../model/entity.js';
import { refuse } from '../model/refusal.js';
import { heirsOf, ownersOfLanes } from '../model/share.js';
import type { SourceEvent, SourcePart } from '../ports/change-source.js';
import { Random } from '../testing/random.js';
import { Assembler } from './assembler.js';
import { forOtherConsumers, type WriteEnvelope } from './other-consumers.js';
import { murmur2, partitionOf } from './partition.js';
import { beforeAll, placePosition, readPlace } from './place.js';
import { Splitter } from './splitter.js';
import { decodeMessage, encodeMessage, type TopicMessage, type WireMessage } from './topic-message.js';

const partitions = 4;
const former = 2;
/** The records were divided anew once. */
const division = 1;
const lanesMost = 1000;
/** The first of a share's lanes. */
const ofShare = (share: number): number => (division * 1000 + share) * lanesMost;
const field = (name: string): Entity['fields'][number] => ({
  column: name,
  field: name,
  type: { kind: 'text', sql: 'text' },
  nullable: true,
  hasDefault: false,
});
const entity: Entity = {
  name: 'public.e',
  schema: 'public',
  table: 'e',
  collection: 'e',
  key: [field('id')],
  fields: [field('a'), field('b')],
  sequenceKey: false,
  mayDeviate: true,
};
const entities = new Map([[entity.name, entity]]);

const refused = refuse({ kind: 'type_mismatch', reason: 'too long', image: 'y' });

/** A log as a source tells it, the same at each reading: from which its events after a position can be read. */
function drawLog(random: Random, transactions: number): SourceEvent[] {
  const log: SourceEvent[] = [];
  let at = 0;
  const position = (): string => String(++at).padStart(6, '0');
  const change = (key: number): Change => ({
    entity: entity.name,
    key: `k${key}`,
    before: random.chance(0.3) ? null : [`${random.int(9)}`, null],
    after: random.chance(0.2) ? null : [`${random.int(9)}`, random.chance(0.5) ? 'x' : refused],
  });
  for (let n = 0; n < transactions; n++) {
    const share = random.int(partitions);
    const own = random.chance(0.3);
    const keys = Array.from({ length: random.int(6) }, () => random.int(40));
    const changes = keys
      .map(change)
      .filter((one) => !own || random.chance(0.2) || partitionOf(one, partitions) === share);
    const echo = own
      ? { lane: ofShare(share) + 1, number: n + 1, wrote: new Map([['public.e\u0001k1', ['x', null]]]) }
      : null;
    const whole = { kind: 'part', transaction: `t${n}`, committedAt: n, echo } as const;
    const cut = echo === null && changes.length > 2 && random.chance(0.3) ? 1 + random.int(changes.length - 1) : 0;
    if (cut > 0) log.push({ ...whole, position: position(), last: false, changes: changes.slice(0, cut) });
    if (changes.length > 0 || echo !== null)
      log.push({ ...whole, position: position(), last: true, changes: changes.slice(cut) });
    if (random.chance(0.3)) {
      const mark = random.chance(0.5) ? position() : (log.at(-1)?.position ?? position());
      log.push({
        kind: 'mark',
        position: mark,
        id: random.chance(0.1) ? leadMark(n) : `${random.int(partitions)}:m${n}`,
      });
    }
  }
  return log;
}

function newEnvelopes(): WriteEnvelope {
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

function newSplitter(): Splitter {
  return new Splitter({
    partitions,
    division,
    shareOfMark: (id) => ({ share: Number(id.split(':')[0]), id: id.split(':')[1] as string }),
    ownerOfLane: ownersOfLanes({ partitions, former: [former] }),
  });
}

/** Of a capture that slept meanwhile. */
function formerSplitter(): Splitter {
  return new Splitter({
    partitions: former,
    division: 0,
    shareOfMark: (id) => ({ share: Number(id.split(':')[0]), id: id.split(':')[1] as string }),
    ownerOfLane: ownersOfLanes({ partitions: former, former: [] }),
  });
}

/** What a partition's reader is to be told: changes, echoes and marks in their order, without how they are joined. */
function expected(log: readonly SourceEvent[], partition: number): string[] {
  return log.flatMap((event) => {
    if (event.kind === 'mark' && turnOfMark(event.id) !== null) return [`mark ${event.id}`];
    if (event.kind === 'mark') return event.id.startsWith(`${partition}:`) ? [`mark ${event.id.slice(2)}`] : [];
    if (event.kind === 'stop') return [];
    const echo = event.echo && Math.floor(event.echo.lane / lanesMost) === 1000 + partition ? event.echo.number : null;
    const changes = event.changes.filter((one) => partitionOf(one, partitions) === partition);
    return [
      ...changes.map((one) => `${event.transaction} ${echo ?? ''} ${JSON.stringify(one)}`),
      ...(echo === null ? [] : [`echo ${echo}`]),
    ];
  });
}

function told(events: readonly SourceEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'mark') return [`mark ${event.id}`];
    if (event.kind === 'stop') return [];
    const echo = event.echo?.number ?? '';
    return [
      ...event.changes.map((one) => `${event.transaction} ${echo} ${JSON.stringify(one)}`),
      ...(event.echo === null ? [] : [`echo ${event.echo.number}`]),
    ];
  });
}

interface Topic {
  readonly partitions: WireMessage[][];
}

/** One that reads the log after what was saved, publishes some events, and may save how far it came. */
interface Capture {
  next: number;
  /** While the records were divided anew: its role is gone, so it saves nothing. */
  readonly slept: boolean;
  readonly splitter: Splitter;
  /** Some publish envelopes and some do not, as while a sync is switched to them. */
  readonly envelope: WriteEnvelope | null;
}

describe('a log that crosses a topic', () => {
  test('comes out of each partition as it was, however often captures die, come back and publish again, also with partitions of before', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const log = drawLog(random, 30);
        const topic: Topic = { partitions: Array.from({ length: partitions }, () => []) };
        const captures: Capture[] = [];
        let saved = 0;
        const after = (position: string): number => {
          const found = log.findIndex((event) => event.position > position);
          return found < 0 ? log.length : found;
        };
        for (let steps = 0; saved < log.length && steps < 5000; steps++) {
          if (captures.length === 0 || random.chance(0.05)) {
            const slept = random.chance(0.2);
            captures.push({
              next: saved,
              slept,
              splitter: slept ? formerSplitter() : newSplitter(),
              envelope: random.chance(0.5) ? newEnvelopes() : null,
            });
          }
          const capture = random.pick(captures);
          for (let n = random.int(4); n > 0 && capture.next < log.length; n--) {
            // What shares a position is published together.
            const { position } = log[capture.next] as SourceEvent;
            while (capture.next < after(position)) {
              const event = log[capture.next++] as SourceEvent;
              for (const { partition, message } of capture.splitter.split(event))
                topic.partitions[partition]?.push(encoded(message, capture.envelope));
            }
          }
          if (random.chance(0.3) && !capture.slept) saved = Math.max(saved, capture.next);
        }
        for (let partition = 0; partition < partitions; partition++) {
          const events = readAll(random, topic.partitions[partition] ?? []);
          expect(told(events)).toEqual(expected(log, partition));
          expect(openTransactions(events)).toEqual([]);
          const positions = events.map(({ position }) => position);
          expect([...positions].sort()).toEqual(positions);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function encoded(message: TopicMessage, envelope: WriteEnvelope | null): WireMessage {
  const wire = encodeMessage(entities, message);
  return envelope === null ? wire : forOtherConsumers(message, wire, envelope);
}

/** By readers that begin anew at positions that were told, as after a crash; each part is handled once. */
function readAll(random: Random, messages: readonly WireMessage[]): SourceEvent[] {
  const events: SourceEvent[] = [];
  let assembler = new Assembler(beforeAll, division);
  // Not without end: where much is left out there is much to read again.
  let crashes = 20;
  for (let offset = 0; offset < messages.length; offset++) {
    assembler.push(decodeMessage(entities, messages[offset] as WireMessage), String(offset));
    events.push(...assembler.take());
    if (crashes === 0 || !random.chance(0.1)) continue;
    crashes--;
    const place = events.length === 0 ? beforeAll : readPlace(events[events.length - 1]?.position ?? '');
    assembler = new Assembler(place, division);
    offset = Number(place.offset);
  }
  return events;
}

/** Those whose last part was not told. */
function openTransactions(events: readonly SourceEvent[]): string[] {
  const open = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'part') continue;
    if (event.last) open.delete(event.transaction);
    else open.add(event.transaction);
  }
  return [...open];
}

test('a transaction of ours is one part, whatever it did to records of other shares', () => {
  const changes = Array.from({ length: 20 }, (_, n) => ({
    entity: entity.name,
    key: `k${n}`,
    before: null,
    after: ['1', null],
  }));
  const part: SourcePart = {
    kind: 'part',
    position: '1',
    transaction: 't',
    last: true,
    committedAt: 5,
    echo: { lane: ofShare(2), number: 7, wrote: new Map() },
    changes,
  };
  const placed = newSplitter().split(part);
  for (let partition = 0; partition < partitions; partition++) {
    const assembler = new Assembler(beforeAll, division);
    for (const [offset, one] of placed.filter((each) => each.partition === partition).entries())
      assembler.push(one.message, String(offset));
    const events = assembler.take();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ last: true, echo: partition === 2 ? { lane: 0, number: 7 } : null });
  }
});

test('a stop counts at whatever place a capture says it', () => {
  const assembler = new Assembler(beforeAll);
  const stamp = { source: '5', index: 0, transaction: 't', committedAt: 1, last: true, echo: null, division: 0 };
  assembler.push({ stamp, body: { kind: 'mark', id: 'm' } }, '0');
  assembler.push({ stamp: { ...stamp, source: '3' }, body: { kind: 'stop', entity: 'e', reason: 'gone' } }, '1');
  expect(assembler.take()).toMatchObject([{ kind: 'mark' }, { kind: 'stop', entity: 'e', reason: 'gone' }]);
});

test('positions sort by the source’s log and give their place back', () => {
  const places = [
    beforeAll,
    { source: '82AB', index: 0, offset: '7' },
    { source: '82AB', index: 12, offset: '9' },
    { source: '82AB-0A', index: 0, offset: '10' },
    { source: '82AC', index: 0, offset: '100' },
  ];
  const positions = places.map(placePosition);
  expect([...positions].sort()).toEqual(positions);
  expect(positions.map(readPlace)).toEqual(places);
});

test('murmur2 is the one of Kafka’s clients', () => {
  // From the tests of Apache Kafka's own implementation (UtilsTest).
  const known: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [text, hash] of known) expect(murmur2(Buffer.from(text))).toBe(hash);
});

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
  const stamp = { source: '1', index: 0, transaction: 't', committedAt: 1, last: true, echo, division };
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

test('what a share of a former division wrote comes to all its heirs as an echo', () => {
  const splitter = newSplitter();
  const changes = Array.from({ length: 40 }, (_, n) => ({
    entity: entity.name,
    key: `k${n}`,
    before: null,
    after: ['x', null],
  }));
  const written = (share: number, generation: number) => ({
    kind: 'part' as const,
    position: `${generation}${share}`,
    transaction: `t${generation}${share}`,
    last: true,
    committedAt: 1,
    echo: { lane: (generation * 1000 + share) * lanesMost + 3, number: 7, wrote: new Map() },
    changes,
  });
  const echoedTo = (share: number, generation: number): number[] => [
    ...new Set(
      splitter
        .split(written(share, generation))
        .flatMap(({ partition, message }) => (message.stamp.echo?.lane === 3 ? [partition] : [])),
    ),
  ];
  expect(echoedTo(1, 0).sort()).toEqual(heirsOf(1, former, partitions));
  expect(heirsOf(1, former, partitions)).toEqual([1, 3]);
  expect(echoedTo(3, 1)).toEqual([3]);
  expect(echoedTo(1, 2)).toEqual([]);
});

test('the heirs of a share have its records, whatever their keys', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(2, 3, 12), fc.constantFrom(2, 3), (key, before, times) => {
      const ref = { entity: 'public.e', key };
      const heirs = heirsOf(partitionOf(ref, before), before, before * times);
      expect(heirs).toContain(partitionOf(ref, before * times));
    }),
  );
});
