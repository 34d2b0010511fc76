/** What the connector for Oracle tells, as its documentation shows it: envelopes of rows, of our own tables, of truncations; values by type. */
import { describe, expect, it } from 'vitest';
import type { ColumnType, Entity } from '../model/entity.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { ownLanes } from '../model/share.js';
import { sqlCodec } from '../oracle/types.js';
import { debeziumFindings } from './findings.js';
import { oracleColumn } from './oracle-columns.js';
import { oracleConnector, oracleSettings } from './oracle-connector.js';
import { formatPlace, parsePlace } from './position.js';
import { usual } from './test-decoder.js';
import { TopicDecoder } from './topic-decoder.js';
import { isInexact } from './value-reader.js';

const customers: Entity = {
  name: 'DEBEZIUM.CUSTOMERS',
  schema: 'DEBEZIUM',
  table: 'CUSTOMERS',
  collection: 'customers',
  key: [
    {
      column: 'ID',
      field: 'ID',
      type: { kind: 'int4', sql: 'number', precision: 9 },
      nullable: false,
      hasDefault: false,
    },
  ],
  fields: ['FIRST_NAME', 'EMAIL'].map((column) => ({
    column,
    field: column,
    type: { kind: 'varchar', sql: 'varchar2', length: 50 },
    nullable: true,
    hasDefault: false,
  })),
  sequenceKey: false,
  mayDeviate: true,
};
const entities = new Map([[customers.name, customers]]);

const txId = '6.28.807';

const source = (scn: number, more: object = {}): object => ({
  version: '3.2.0.Final',
  connector: 'oracle',
  name: 'server1',
  ts_ms: 1520085154000,
  snapshot: 'false',
  db: 'ORCLPDB1',
  sequence: null,
  schema: 'DEBEZIUM',
  table: 'CUSTOMERS',
  txId,
  scn: String(scn),
  commit_scn: '2122199',
  lcr_position: null,
  rs_id: '001234.00012345.0124',
  ssn: 1,
  redo_thread: 1,
  user_name: 'user',
  row_id: 'AAASgjAAMAAAACnAAA',
  commit_ts_ms: 1520085156000,
  start_scn: '2122180',
  start_ts_ms: 1520085150000,
  ...more,
});
const image = (email: string): object => ({ ID: 1004, FIRST_NAME: 'Anne', LAST_NAME: 'Kretchmar', EMAIL: email });
const event = (total: number, more: object): object => ({
  op: 'c',
  before: null,
  after: null,
  source: source(2122180 + total),
  ts_ms: 1532592105975,
  transaction: { id: txId, total_order: total, data_collection_order: total },
  ...more,
});
const begin = { status: 'BEGIN', id: txId, ts_ms: 1520085150000, event_count: null, data_collections: null };
const end = (count: number): object => ({ ...begin, status: 'END', ts_ms: 1520085156000, event_count: count });

const own = (table: string): object => ({ schema: 'ISTHMUS', table });
const progress = (row: object): object => ({ NAME: 's', LANE: 2, EPOCH: 1, NUMBER: 41, SAVED: null, ...row });

function decode(...messages: readonly object[]) {
  const decoder = new TopicDecoder({
    connector: oracleConnector,
    modes: usual,
    name: 's',
    laneOf: ownLanes('s'),
    entities,
    readText: (type) => sqlCodec(type).fromText,
    asOf: '',
    from: parsePlace(formatPlace({ next: 0n, commit: '', open: null })),
    partSize: 10,
  });
  for (const [offset, message] of messages.entries())
    decoder.push({ offset: String(offset), value: JSON.stringify(message) });
  return decoder.take();
}

describe('what is told', () => {
  it('a transaction of a user', () => {
    const events = decode(
      begin,
      event(1, { after: image('annek@noanswer.org') }),
      event(2, { op: 'u', before: image('annek@noanswer.org'), after: image('anne@example.com') }),
      event(3, { op: 'd', before: image('anne@example.com') }),
      end(3),
    );
    expect(events).toMatchObject([
      {
        kind: 'part',
        last: true,
        echo: null,
        // When it committed, not when the row was changed.
        committedAt: 1520085156000,
        changes: [
          { entity: 'DEBEZIUM.CUSTOMERS', key: '1004', before: null, after: ['Anne', 'annek@noanswer.org'] },
          { before: ['Anne', 'annek@noanswer.org'], after: ['Anne', 'anne@example.com'] },
          { before: ['Anne', 'anne@example.com'], after: null },
        ],
      },
    ]);
  });

  it('one of ours, by our tables’ names in capitals, with what it wrote in pieces', () => {
    const wrote = JSON.stringify({ id: ['x'] });
    const change = (total: number, row: object): object =>
      event(total, { op: 'u', before: progress({}), after: progress(row), source: source(total, own('PROGRESS')) });
    const events = decode(
      begin,
      change(1, { WROTE: null, REMAINING: 0 }),
      change(2, { WROTE: wrote.slice(0, 4), REMAINING: 1 }),
      change(3, { WROTE: wrote.slice(4), REMAINING: 0 }),
      event(4, { after: image('a') }),
      end(4),
    );
    expect(events).toMatchObject([
      { kind: 'part', echo: { lane: 2, number: 41, wrote: new Map([['id', ['x']]]) }, changes: [{ key: '1004' }] },
    ]);
  });

  it('a mark of ours, and not another sync’s', () => {
    const mark = (total: number, name: string): object =>
      event(total, {
        op: 'u',
        before: {},
        after: { NAME: name, ID: 'm1', WRITTEN: 4 },
        source: source(total, own('MARKS')),
      });
    expect(decode(begin, mark(1, 'another'), mark(2, 's'), end(2))).toMatchObject([{ kind: 'mark', id: 'm1' }]);
  });

  it('a truncation, which stands in no transaction', () => {
    const truncated = event(1, { op: 't', transaction: null });
    expect(decode(truncated)).toMatchObject([
      { kind: 'stop', entity: 'DEBEZIUM.CUSTOMERS', reason: 'table DEBEZIUM.CUSTOMERS was truncated' },
    ]);
  });

  it('a row without all of the state before stops its table', () => {
    const partly = { ID: 1004, FIRST_NAME: null, LAST_NAME: null, EMAIL: 'a' };
    const strict = { ...customers, fields: customers.fields.map((field) => ({ ...field, nullable: false })) };
    entities.set(customers.name, strict);
    const events = decode(begin, event(1, { op: 'u', before: partly, after: image('b') }), end(1));
    entities.set(customers.name, customers);
    expect(events).toMatchObject([
      { kind: 'stop', reason: expect.stringContaining('no longer has supplemental logging of all columns') },
    ]);
  });
});

describe('values', () => {
  const number = (precision?: number, scale?: number): ColumnType => ({
    kind: 'numeric',
    sql: 'number',
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
  });
  const read = (type: ColumnType, value: unknown, modes = usual): unknown => {
    const reader = oracleColumn(type, modes);
    if (isInexact(reader)) return reader.inexact;
    const text = reader.text(value as never);
    return text === undefined ? undefined : sqlCodec(type).fromText(text);
  };
  const precise = { ...usual, decimals: 'precise' } as const;
  const date: ColumnType = { kind: 'timestamp', sql: 'date', precision: 0 };
  const timestamp = (precision: number): ColumnType => ({ kind: 'timestamp', sql: 'timestamp', precision });
  const zoned: ColumnType = { kind: 'timestamptz', sql: 'timestamp with time zone', precision: 6 };

  it.each<[string, ColumnType, unknown, string, typeof usual?]>([
    ['NUMBER(4)', { kind: 'int2', sql: 'number', precision: 4 }, '-9999', '-9999'],
    ['NUMBER(4), precise', { kind: 'int2', sql: 'number', precision: 4 }, -9999, '-9999', precise],
    ['NUMBER(18)', { kind: 'int8', sql: 'number', precision: 18 }, '999999999999999999', '999999999999999999'],
    ['NUMBER(5,-2)', number(5, -2), 1234500, '1234500'],
    ['NUMBER(10,2)', number(10, 2), '12345.60', '12345.6'],
    ['NUMBER(10,2), precise', number(10, 2), 'EtaA', '12345.6', precise],
    ['NUMBER', number(), '1.50', '1.5'],
    ['NUMBER, precise', number(), { scale: 2, value: 'Ew==' }, '0.19', precise],
    ['BINARY_DOUBLE', { kind: 'float8', sql: 'binary_double' }, 0.1, '0.1'],
    ['CHAR', { kind: 'char', sql: 'char', length: 5 }, 'ab   ', 'ab'],
    ['RAW', { kind: 'bytea', sql: 'raw', length: 3 }, 'AP8=', '00ff'],
    ['DATE', date, 1709175845000, '2024-02-29T03:04:05.000Z'],
    ['TIMESTAMP(6)', timestamp(6), '1709175845678901', '2024-02-29T03:04:05.678Z'],
    ['TIMESTAMP(3)', timestamp(3), 1709175845678, '2024-02-29T03:04:05.678Z'],
    ['TIMESTAMP(9), connect', timestamp(9), 1709175845678, '2024-02-29T03:04:05.678Z', { ...usual, times: 'connect' }],
    ['with an offset', zoned, '2018-03-26T23:34:56.00789-11:00', '2018-03-27T10:34:56.007Z'],
    ['without seconds', zoned, '2018-03-27T01:34-11:00', '2018-03-27T12:34:00.000Z'],
    ['in UTC', zoned, '2018-03-27T12:34:56.00789Z', '2018-03-27T12:34:56.007Z'],
  ])('%s', (_name, type, value, expected, modes = usual) => {
    expect(read(type, value, modes)).toBe(expected);
  });

  it('a day before Christ has the image that our own reading gives it', () => {
    const value = read(date, Date.parse('-000043-03-15T00:00:00Z')) as string;
    expect(value).toBe(sqlCodec(date).fromText('-0044-03-15 00:00:00'));
    expect(isRefused(value) && readRefusal(value).reason).toContain('calendar');
  });

  it.each<[ColumnType, object, string]>([
    [{ kind: 'int8', sql: 'number', precision: 16 }, { decimals: 'double' }, 'a double cannot hold'],
    [timestamp(9), {}, 'nanoseconds have no room'],
    [number(30, -2), { decimals: 'precise' }, 'a negative scale is not told'],
    [number(), { decimals: 'double' }, 'a double cannot hold'],
    [{ kind: 'text', sql: 'clob' }, {}, 'Debezium does not know'],
  ])('%j does not come exactly with %j', (type, modes, reason) => {
    expect(read(type, 0, { ...usual, ...modes })).toContain(reason);
  });

  it.each<[ColumnType, unknown]>([
    [zoned, '2018-03-27T01:34:56+9'],
    [date, 'yesterday'],
    [number(10, 2), {}],
  ])('%j does not take %j', (type, value) => {
    expect(read(type, value)).toBeUndefined();
  });
});

describe('the connector', () => {
  it('reads our tables beside the mapped ones, and no LOBs', () => {
    const options = { name: 's', topic: 'debezium_changes', entities, modes: usual };
    const settings = oracleSettings({ ...options, sqlUrl: 'oracle://shop:hunter2@db/shoppdb?protocol=tcp' }, [
      'k:9092',
    ]);
    expect(settings).toMatchObject({
      'connector.class': 'io.debezium.connector.oracle.OracleConnector',
      'database.hostname': 'db',
      'database.port': '1521',
      'database.pdb.name': 'SHOPPDB',
      'table.include.list': 'DEBEZIUM\\.CUSTOMERS,ISTHMUS\\.PROGRESS,ISTHMUS\\.MARKS',
      'lob.enabled': 'false',
      'time.precision.mode': 'adaptive',
    });
    expect(JSON.stringify(settings)).not.toContain('hunter2');
  });

  it('binary floating point numbers are warned of', () => {
    const float = {
      ...customers,
      fields: [
        {
          ...(customers.fields[0] as Entity['fields'][number]),
          type: { kind: 'float8', sql: 'binary_double' } as const,
        },
      ],
    };
    const found = debeziumFindings(new Map([[float.name, float]]), { connector: oracleConnector, modes: usual });
    expect(found.map(({ id, state }) => [id, state])).toEqual([['debezium.floats', 'warning']]);
  });
});
