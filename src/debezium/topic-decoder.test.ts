/** Messages of a connector for PostgreSQL, and what is made of them. */
import { describe, expect, test } from 'vitest';
import type { SourceEvent } from '../ports/change-source.js';
import { debeziumFindings } from './findings.js';
import { parsePlace } from './position.js';
import { postgresConnector } from './postgres-connector.js';
import { entities, entity, field, newDecoder, usual } from './test-decoder.js';

const lsn = 1_000;
const source = (more: object = {}): object => ({
  connector: 'postgresql',
  ts_ms: 5,
  schema: 'public',
  table: 'e',
  txId: 7,
  lsn,
  sequence: `["900","${lsn}"]`,
  ...more,
});
const row = (id: number, a: string | null = 'x'): object => ({ id, a, n: 1 });
const event = (more: object, total = 1): object => ({
  op: 'c',
  before: null,
  after: row(1),
  source: source(),
  transaction: { id: `7:${lsn}`, total_order: total, data_collection_order: total },
  ...more,
});
const end = (count = 1): object => ({ status: 'END', id: '7:1100', event_count: count, ts_ms: 5 });

/** Messages → events, and what could not be read. */
function decode(...messages: readonly (object | string | null)[]): {
  readonly events: readonly SourceEvent[];
  readonly refused: readonly string[];
} {
  const decoder = newDecoder();
  const refused: string[] = [];
  for (const [offset, message] of messages.entries())
    try {
      const value = typeof message === 'string' || message === null ? message : JSON.stringify(message);
      decoder.push({ offset: String(offset), value });
    } catch (error) {
      expect(error).toMatchObject({ code: 'message_invalid' });
      refused.push((error as Error).message);
    }
  return { events: decoder.take(), refused };
}

describe('a message', () => {
  const begin = { status: 'BEGIN', id: `7:${lsn}`, event_count: null, ts_ms: 5 };

  test('of each kind is what it says', () => {
    const { events, refused } = decode(
      begin,
      event({}),
      event({ op: 'u', before: row(1), after: row(1, 'y'), source: source({ lsn: 1001 }) }, 2),
      event({ op: 'd', before: row(1, 'y'), after: null, source: source({ lsn: 1002 }) }, 3),
      null,
      event({ op: 'r', transaction: null }),
      { ts_ms: 12 },
      event(
        {
          op: 'm',
          source: source({ lsn: 1003 }),
          message: { prefix: 'isthmus_s', content: Buffer.from('0:m').toString('base64') },
        },
        4,
      ),
      event({ op: 'm', source: source({ lsn: 1004 }), message: { prefix: 'another', content: 'AA==' } }, 5),
      event({
        op: 'm',
        source: source({ txId: null }),
        transaction: null,
        message: { prefix: 'isthmus_s', content: 'AA==' },
      }),
      end(5),
    );
    expect(refused).toEqual([]);
    expect(events).toMatchObject([
      {
        kind: 'part',
        last: true,
        committedAt: 5,
        echo: null,
        changes: [
          { entity: 'public.e', key: '1', before: null, after: ['x', '1'] },
          { key: '1', before: ['x', '1'], after: ['y', '1'] },
          { key: '1', before: ['y', '1'], after: null },
        ],
      },
      { kind: 'mark', id: '0:m' },
    ]);
  });

  test('of our own transaction is told by its progress row', () => {
    const progress = { name: 's', lane: 2, epoch: 1, number: 9, saved: null, wrote: '{"public.e\\u00011":["z","1"]}' };
    const { events } = decode(
      begin,
      event({ after: progress, source: source({ schema: 'isthmus', table: 'progress' }) }),
      event({ source: source({ lsn: 1001 }) }, 2),
      end(2),
    );
    expect(events).toMatchObject([{ echo: { lane: 2, number: 9, wrote: new Map([['public.e\u00011', ['z', '1']]]) } }]);
  });

  test('with a schema is read by it, and one that says otherwise than the configuration is refused', () => {
    const fields = [
      { type: 'int64', field: 'id' },
      { type: 'string', field: 'a' },
      { type: 'int32', field: 'n' },
    ];
    const schemaOf = (each: readonly object[]): object => ({
      type: 'struct',
      fields: [{ type: 'struct', field: 'after', fields: each }],
    });
    expect(
      decode({ schema: schemaOf(fields), payload: event({}) }, { schema: {}, payload: end() }).events,
    ).toHaveLength(1);
    const other = [...fields.slice(0, 2), { type: 'int32', name: 'io.debezium.time.Date', field: 'n' }];
    expect(decode({ schema: schemaOf(other), payload: event({}) }).refused).toEqual([
      expect.stringContaining(
        'public.e.n is written as io.debezium.time.Date, and int32 is what transport.debezium says',
      ),
    ]);
  });

  test.each<[string, object | string, string]>([
    ['no JSON', '{"op":"c",', 'no JSON object'],
    ['binary', '\u0000\u0001\u0002', 'no JSON object'],
    ['no envelope', { id: 1, a: 'x' }, 'no source'],
    ['another connector', event({ source: source({ connector: 'mysql' }) }), 'another connector than postgresql'],
    ['no transaction', event({ transaction: null }), 'provide.transaction.metadata=true'],
    ['an unknown op', event({ op: 'x' }), 'op is none'],
    ['no row', event({ after: 'x' }), 'no object'],
    ['a strange place', event({ source: source({ lsn: 'x' }) }), 'source.lsn is no whole number'],
    ['a strange sequence', event({ source: source({ sequence: 'x' }) }), 'no pair of LSNs'],
    ['a value of another form', event({ after: { ...row(1), n: 'seven' } }), 'public.e.n is not written as int32'],
    ['a key that is null', event({ after: { ...row(1), id: null } }), 'a key of public.e is null'],
    ['an unknown table', event({ source: source({ table: 'f' }) }), 'public.f is not mapped'],
    [
      'a placeholder without the state before',
      event({ after: row(1, '__debezium_unavailable_value') }),
      'only a placeholder',
    ],
    ['an END that is none of this connector', { ...end(), id: 'x' }, 'TRANSACTION:LSN'],
  ])('%s is refused with the reason and without its values, and the rest goes on', (_, message, reason) => {
    const good = event({ source: source({ lsn: 1050 }) }, 2);
    const { events, refused } = decode(begin, message, good, end(2));
    expect(refused[0]).toContain(reason);
    expect(refused.join()).not.toContain('seven');
    expect(events).toMatchObject([{ kind: 'part', last: true, changes: [{ key: '1', after: ['x', '1'] }] }]);
  });

  test('a table that is not mapped is told of once', () => {
    const strange = event({ source: source({ table: 'f' }) });
    expect(
      decode(begin, strange, event({ source: source({ table: 'f', lsn: 1001 }) }, 2), end(2)).refused,
    ).toHaveLength(1);
  });

  test('a placeholder is the value before', () => {
    const { events } = decode(
      begin,
      event({ op: 'u', before: row(1, 'big'), after: row(1, '__debezium_unavailable_value') }),
      end(),
    );
    expect(events).toMatchObject([{ changes: [{ before: ['big', '1'], after: ['big', '1'] }] }]);
  });

  test('that is missing is told at the end of its transaction', () => {
    expect(decode(begin, event({}), end(3)).refused).toEqual([expect.stringContaining('2 of the 3 events')]);
  });

  test.each<[string, object, string]>([
    ['a truncate', event({ op: 't', after: null }), 'table public.e was truncated'],
    ['no state before', event({ op: 'u' }), 'a change of public.e came without the state before'],
    [
      'the key alone before',
      event({ op: 'd', before: { id: 1, a: null, n: null }, after: null }),
      'no longer has REPLICA IDENTITY FULL',
    ],
    ['a column that is gone', event({ after: { id: 1, a: 'x' } }), 'column n of public.e was dropped or renamed'],
  ])('%s stops the table', (_, message, reason) => {
    expect(decode(begin, message).events).toMatchObject([
      { kind: 'stop', entity: 'public.e', reason: expect.stringContaining(reason) as string },
    ]);
  });
});

test('a transaction whose END is missing ends where the next one begins', () => {
  const next = event({
    source: source({ txId: 8, lsn: 1200, sequence: '["1100","1200"]' }),
    transaction: { id: '8:1200', total_order: 1 },
  });
  const { events } = decode(event({}), next, { status: 'END', id: '8:1300', event_count: 1, ts_ms: 6 });
  expect(events).toMatchObject([
    { last: true, changes: [{ key: '1' }] },
    { last: true, changes: [{ key: '1' }] },
  ]);
  const [first, second] = events as readonly [SourceEvent, SourceEvent];
  expect(parsePlace(first.position)).toEqual({ next: 1n, commit: (1100).toString(16).padStart(16, '0'), open: null });
  expect(first.position < second.position).toBe(true);
});

test('a connector that lost its place stops the reader', () => {
  const decoder = newDecoder();
  const push = (offset: number, message: object): void =>
    decoder.push({ offset: String(offset), value: JSON.stringify(message) });
  push(0, event({}));
  push(1, end());
  push(
    2,
    event({
      source: source({ txId: 9, lsn: 2000, sequence: '[null,"2000"]' }),
      transaction: { id: '9:2000', total_order: 1 },
    }),
  );
  expect(() => push(3, { status: 'END', id: '9:2100', event_count: 1, ts_ms: 5 })).toThrow(
    expect.objectContaining({ code: 'topic_lost' }),
  );
});

test('check says what does not come exactly', () => {
  const odd = new Map([[entity.name, { ...entity, fields: [field('z', 'timetz'), field('m', 'numeric')] }]]);
  expect(
    debeziumFindings(odd, { connector: postgresConnector, modes: { ...usual, decimals: 'precise' } }),
  ).toMatchObject([
    { id: 'debezium.column.public.e.z', state: 'failed' },
    { id: 'debezium.nan', state: 'warning' },
  ]);
  expect(debeziumFindings(entities, { connector: postgresConnector, modes: usual })).toMatchObject([
    { id: 'debezium.columns', state: 'ok' },
  ]);
});
