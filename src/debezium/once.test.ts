/**
 * Random logs, told by a connector that is killed and begins again before its last word, in the middle of transactions too: each change
 * comes out once and in order, and a reader that goes on from any position is told exactly what is left.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceEvent } from '../ports/change-source.js';
import { Random } from '../testing/random.js';
import { formatPlace, parsePlace } from './position.js';
import { postgresDialect } from './postgres-dialect.js';
import { newDecoder } from './test-decoder.js';

interface LoggedEvent {
  readonly lsn: number;
  readonly kind: 'change' | 'progress' | 'mark';
  readonly id: number;
}

interface LoggedTransaction {
  readonly xid: number;
  readonly commit: number;
  readonly events: readonly LoggedEvent[];
}

/** Transactions in the order of their commits; their events' places lie among those of others. Several events may have one place. */
function drawLog(random: Random, count: number): LoggedTransaction[] {
  let id = 0;
  let commit = 1_000;
  return Array.from({ length: count }, (_, n) => {
    const kinds = random.chance(0.2)
      ? (['progress', 'change', 'change'] as const)
      : random.chance(0.2)
        ? (['mark'] as const)
        : null;
    const length = kinds?.length ?? (random.chance(0.15) ? 0 : 1 + random.int(9));
    let lsn = commit - random.int(800);
    const events = Array.from({ length }, (_, at): LoggedEvent => {
      // A COPY writes many rows at one place.
      if (at > 0 && !random.chance(0.3)) lsn += 1 + random.int(20);
      return { lsn, kind: kinds?.[at] ?? 'change', id: ++id };
    });
    commit = Math.max(commit, lsn) + 1 + random.int(50);
    return { xid: 700 + n, commit, events };
  });
}

/** Where a connector may begin: before a transaction, or behind all events of a place in it. */
interface Start {
  readonly transaction: number;
  readonly event: number;
}

function startsOf(log: readonly LoggedTransaction[]): Start[] {
  return log.flatMap(({ events }, transaction) => [
    { transaction, event: -1 },
    ...events.flatMap(({ lsn }, event) => (events[event + 1]?.lsn === lsn ? [] : [{ transaction, event: event + 1 }])),
  ]);
}

interface Told extends Start {
  readonly value: object;
}

/** All that a connector says from there on. One without a stored place does not know what committed before. */
function* tell(log: readonly LoggedTransaction[], from: Start, knows: boolean): Generator<Told> {
  let last: number | null = knows ? (log[from.transaction - 1]?.commit ?? null) : null;
  for (let transaction = from.transaction; transaction < log.length; transaction++) {
    const { xid, commit, events } = log[transaction] as LoggedTransaction;
    const first = transaction === from.transaction ? from.event : -1;
    if (first < 0)
      yield { transaction, event: 0, value: { status: 'BEGIN', id: `${xid}:${events[0]?.lsn ?? commit}`, ts_ms: 1 } };
    for (let event = Math.max(first, 0); event < events.length; event++) {
      const one = events[event] as LoggedEvent;
      yield { transaction, event: event + 1, value: messageOf(one, { xid, total: event + 1, last }) };
    }
    yield {
      transaction: transaction + 1,
      event: -1,
      value: { status: 'END', id: `${xid}:${commit}`, event_count: events.length, ts_ms: 1 },
    };
    last = commit;
  }
}

function messageOf(
  { lsn, kind, id }: LoggedEvent,
  of: { readonly xid: number; readonly total: number; readonly last: number | null },
): object {
  const sequence = JSON.stringify([of.last === null ? null : String(of.last), String(lsn)]);
  const source = { connector: 'postgresql', ts_ms: 1, txId: of.xid, lsn, sequence, schema: 'public', table: 'e' };
  const transaction = { id: `${of.xid}:${lsn}`, total_order: of.total, data_collection_order: of.total };
  if (kind === 'change') return { op: 'c', before: null, after: { id, a: null, n: 1 }, source, transaction };
  if (kind === 'mark')
    return {
      op: 'm',
      source,
      transaction,
      message: { prefix: 'isthmus_s', content: Buffer.from(`m${id}`).toString('base64') },
    };
  const after = { name: 's', lane: 0, epoch: 1, number: id, saved: null, wrote: null };
  return { op: 'u', before: null, after, source: { ...source, schema: 'isthmus', table: 'progress' }, transaction };
}

/** What a topic holds in the end: what one connector after the other said until it was killed. */
function fillTopic(log: readonly LoggedTransaction[], random: Random): object[] {
  const topic: object[] = [];
  const starts = startsOf(log);
  const order = ({ transaction, event }: Start): number => transaction * 1_000 + event;
  let furthest: Start = { transaction: 0, event: -1 };
  for (let run = 0; furthest.transaction < log.length; run++) {
    // Its stored place is behind what it said, or it has none and begins where its slot does.
    const stored = run > 0 && random.chance(0.8);
    const possible = starts.filter((one) => order(one) <= order(furthest));
    const from = stored ? random.pick(possible) : ({ transaction: 0, event: -1 } as const);
    const most = run > 12 ? Number.POSITIVE_INFINITY : 1 + random.int(60);
    let said = 0;
    for (const { value, ...at } of tell(log, from, stored)) {
      topic.push(value);
      if (order(at) > order(furthest)) furthest = at;
      if (++said >= most) break;
    }
  }
  return topic;
}

function expected(log: readonly LoggedTransaction[]): string[] {
  return log.flatMap(({ xid, events }) => [
    ...events.flatMap(({ kind, id }) => (kind === 'change' ? [`${xid} change ${id}`] : [])),
    ...events.flatMap(({ kind, id }) => (kind === 'progress' ? [`${xid} echo ${id}`] : [])),
    ...events.flatMap(({ kind, id }) => (kind === 'mark' ? [`mark m${id}`] : [])),
    ...(events.some(({ kind }) => kind !== 'mark') ? [`${xid} ends`] : []),
  ]);
}

function toldOf(events: readonly SourceEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'mark') return [`mark ${event.id}`];
    if (event.kind === 'stop') return [`stop ${event.reason}`];
    const xid = event.transaction.split('@')[0];
    return [
      ...event.changes.map(({ key }) => `${xid} change ${key}`),
      ...(event.echo === null ? [] : [`${xid} echo ${event.echo.number}`]),
      ...(event.last ? [`${xid} ends`] : []),
    ];
  });
}

function readFrom(topic: readonly object[], position: string): SourceEvent[] {
  const decoder = newDecoder(position, 3);
  for (let at = Number(parsePlace(position).next); at < topic.length; at++)
    decoder.push({ offset: String(at), value: JSON.stringify(topic[at]) });
  return [...decoder.take()];
}

const begin = formatPlace({ next: 0n, commit: '', open: null });

const orderOf = (position: string): bigint => {
  const { commit, open } = parsePlace(position);
  return postgresDialect.orderOf(commit) + (open === null ? 0n : 1n);
};

test('each event is taken once, in order, whatever a connector tells again; and every position says where to go on', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const log = drawLog(random, 12);
      const topic = fillTopic(log, random);
      const events = readFrom(topic, begin);
      expect(toldOf(events)).toEqual(expected(log));
      const positions = events.map(({ position }) => position);
      expect([...positions].sort()).toEqual(positions);
      const orders = positions.map(orderOf);
      expect(orders.every((order, at) => at === 0 || order >= (orders[at - 1] as bigint))).toBe(true);
      const { position } = random.pick(events);
      const behind = events.findLastIndex((event) => event.position === position) + 1;
      expect(readFrom(topic, position)).toEqual(events.slice(behind));
    }),
    { numRuns: 100 },
  );
});
