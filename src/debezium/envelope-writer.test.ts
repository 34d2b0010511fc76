/** Envelopes of ours, read as any connector's, and as one reads JSON who knows nothing of either. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import { refuse } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import { sqlCodec } from '../postgres/types.js';
import type { Dialect } from './dialect.js';
import { readEnvelope } from './envelope.js';
import { EnvelopeWriter, type ToldChange } from './envelope-writer.js';
import { postgresConnector } from './postgres-connector.js';
import { postgresDialect } from './postgres-dialect.js';
import { RowReader } from './row-reader.js';
import { field, usual } from './test-decoder.js';

const orders: Entity = {
  name: 'shop.orders',
  schema: 'shop',
  table: 'orders',
  collection: 'purchases',
  key: [
    { ...field('part', 'text', false), field: 'p' },
    { ...field('id', 'int8', false), field: 'i' },
  ],
  fields: [{ ...field('placed at', 'timestamptz'), field: 'placedAt' }, field('total', 'numeric'), field('n', 'int4')],
  sequenceKey: false,
  mayDeviate: false,
};
const users: Entity = {
  ...orders,
  name: 'shop.users',
  table: 'users',
  collection: 'users',
  key: [field('id', 'int8')],
};
const entities = new Map([orders, users].map((entity) => [entity.name, entity]));
const key = '["a \\"b\\"","9007199254740993"]';
const state = ['2024-05-06T05:08:09.120Z', '12.5', null];

function newWriter(side: Side): EnvelopeWriter {
  return new EnvelopeWriter({
    side,
    connector: side === 'sql' ? 'postgresql' : 'isthmus-mongodb',
    name: 'isthmus_shop',
    version: '1.2.3',
    database: 'shop',
    entities,
    clock: { now: () => 1_700_000_000_456 },
  });
}

function told(change: Partial<Change>, transaction = 't1'): ToldChange {
  const whole = { entity: orders.name, key, before: null, after: null, ...change };
  return { change: whole, order: 29032896n, transaction, committedAt: 1_700_000_000_123 };
}

/** What only a connector knows is the transaction's number. */
const dialect: Dialect = {
  ...postgresDialect,
  place: (source, transaction) => ({
    transaction: String(transaction?.['id']),
    at: String(source['lsn']),
    bound: null,
  }),
};

describe('of SQL', () => {
  const writer = newWriter('sql');
  writer.write(told({ after: state }, 't0'), '{}');

  test('is what a connector’s is', () => {
    const { key: named, value } = writer.write(told({ before: state, after: null }), '{"v":1}');
    expect(named).toBe('{"part":"a \\"b\\"","id":9007199254740993}');
    expect(value).toBe(
      `{"before":{"part":"a \\"b\\"","id":9007199254740993,"placed at":"2024-05-06T05:08:09.120000Z","total":"12.5","n":null},"after":null,` +
        `"source":{"version":"1.2.3","connector":"postgresql","name":"isthmus_shop","ts_ms":1700000000123,"snapshot":"false","db":"shop","schema":"shop","table":"orders","txId":null,"lsn":29032896},` +
        `"transaction":{"id":"t1","total_order":1,"data_collection_order":1},"op":"d","ts_ms":1700000000456,"isthmus":{"v":1}}`,
    );
  });

  test.each<[string, Partial<Change>, string]>([
    ['an insert', { after: state }, 'c'],
    ['an update', { before: state, after: ['2024-05-06T05:08:09.120Z', null, '7'] }, 'u'],
    ['a delete', { before: state }, 'd'],
    [
      'an infinite instant',
      { after: [sqlCodec({ kind: 'timestamptz', sql: '' }).fromText('infinity'), null, '1'] },
      'c',
    ],
    ['too many digits', { after: [null, sqlCodec({ kind: 'numeric', sql: '' }).fromText('1'.repeat(40)), '1'] }, 'c'],
  ])('%s is read back as the same change', (_, change, op) => {
    const whole = told(change);
    const read = readEnvelope(writer.write(whole, '{}').value, dialect);
    expect(read).toMatchObject({ kind: 'row', op, table: orders.name, committedAt: whole.committedAt });
    const rows = new RowReader(orders, {
      connector: postgresConnector,
      modes: usual,
      readText: (type) => sqlCodec(type).fromText,
    });
    expect(rows.change(read as never, false)).toEqual(whole.change);
  });

  test('counts a transaction’s events, all and of each table, but of the first one that it sees: it may have begun before', () => {
    const fresh = newWriter('sql');
    const counted = (change: ToldChange): unknown => JSON.parse(fresh.write(change, '{}').value).transaction;
    const of = (id: string, total: number, table: number): unknown => ({
      id,
      total_order: total,
      data_collection_order: table,
    });
    expect([counted(told({}, 'a')), counted(told({}, 'a'))]).toEqual([null, null]);
    const inUsers = { entity: users.name, key: '1' };
    expect([told({}, 'b'), told(inUsers, 'b'), told({}, 'b'), told(inUsers, 'c')].map(counted)).toEqual([
      of('b', 1, 1),
      of('b', 2, 1),
      of('b', 3, 2),
      of('c', 1, 1),
    ]);
  });
});

describe('of MongoDB', () => {
  const parsed = (change: Partial<Change>): Record<string, unknown> =>
    JSON.parse(newWriter('mongodb').write(told(change), '{}').value) as Record<string, unknown>;

  test('has the document’s names, and says that it is no connector’s for MongoDB', () => {
    expect(parsed({ key: '["a","1"]', after: state })).toMatchObject({
      before: null,
      after: { _id: { p: 'a', i: 1 }, placedAt: '2024-05-06T05:08:09.120000Z', total: '12.5', n: null },
      source: { connector: 'isthmus-mongodb', db: 'shop', collection: 'purchases', cluster_time: 29032896 },
      op: 'c',
    });
    const { key: named } = newWriter('mongodb').write(told({ entity: users.name, key: '7' }), '{}');
    expect(named).toBe('{"_id":7}');
  });

  test('a value that does not fit its column is said not to be here, unless it names the record', () => {
    const strange = refuse({ kind: 'type_mismatch', reason: 'it is no number', image: '{"$oid":"x"}' });
    expect(parsed({ entity: users.name, key: strange, after: [null, strange, null] })).toMatchObject({
      after: { _id: '{"$oid":"x"}', total: '__debezium_unavailable_value', placedAt: null },
    });
  });
});
