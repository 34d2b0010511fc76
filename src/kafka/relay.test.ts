import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../model/change.js';
import { leadMark, turnOfMark } from '../model/course.js';
import { refuse } from '../model/refusal.js';
import { heirsOf, ownersOfLanes } from '../model/share.js';
import type { SourceEvent, SourcePart } from '../ports/change-source.js';
import { Random } from '../testing/random.js';
import { encoded, entities, entity, newEnvelopes } from '../testing/topic-messages.js';
import { Assembler } from './assembler.js';
import type { WriteEnvelope } from './other-consumers.js';
import { partitionOf } from './partition.js';
import { beforeAll, readPlace } from './place.js';
import { Splitter } from './splitter.js';
import { decodeMessage, type WireMessage } from './topic-message.js';

const partitions = 4;
const former = 2;
/** The records were divided anew once. */
const division = 1;
const lanesMost = 1000;
/** The first of a share's lanes. */
const ofShare = (share: number): number => (division * 1000 + share) * lanesMost;
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
