/**
 * Debezium itself, by Kafka Connect, beside our own reading of the same log: both must tell the same of the same writes, whatever
 * the connector is set to.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import type { TopicLog } from '../kafka/topic-log.js';
import type { Change } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import { ownLanes } from '../model/share.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import { namesOf } from '../postgres/names.js';
import { readUntil, TestLane, type TestSide, testSide } from '../postgres/test-side.js';
import { sqlCodec } from '../postgres/types.js';
import { inFull } from '../testing/long-form.js';
import { makeTopic } from '../testing/make-topic.js';
import { type ConnectWorker, startConnect } from '../testing/servers/connect-worker.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { kafkaMissing } from '../testing/servers/kafka-missing.js';
import { type KafkaServer, startKafka } from '../testing/servers/kafka-server.js';
import { connectorSettings } from './connector-settings.js';
import { DebeziumSource } from './debezium-source.js';
import type { DebeziumModes } from './modes.js';
import { postgresConnector, postgresSettings } from './postgres-connector.js';
import { isObject, type JsonObject, readJson } from './read-json.js';
import { RowWriter } from './row-writer.js';

const missing = await kafkaMissing('broker', 'connect');
const postgres = await testPostgres();

/** Every type that comes through whatever a connector is set to, and beyond them what needs a certain setting. */
const schema = `
  create type mood as enum ('happy', 'sad');
  create domain positive as int check (value > 0);
  create table narrow (id bigint primary key, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12, 3), n0 numeric(5, -2),
    t text, v varchar(20), c char(6), zoned timestamptz, zoned3 timestamptz(3), ts timestamp, ts0 timestamp(0), ts3 timestamp(3), d date,
    tm0 time(0), tm3 time(3), u uuid, bin bytea, j json, jb jsonb, m mood, p positive, host inet, net cidr, mac macaddr, x xml, r int4range,
    o oid, s int default 7, texts text[], ints int[], moods mood[], days date[], uuids uuid[], flags bool[], bins bytea[], docs jsonb[],
    instants timestamptz[], singles float4[], chars char(3)[]);
  create table wide (id int, part text, n numeric, tm time, ts4 timestamp(4), span interval, months interval year to month, locals timestamp[], big text, primary key (part, id));
  alter table wide alter big set storage external;
`;

interface Run {
  readonly name: string;
  readonly modes: DebeziumModes;
  readonly schemas: boolean;
  readonly tables: readonly string[];
}

const both = ['public.narrow', 'public.wide'];
const runs: readonly Run[] = [
  {
    name: 'as it is told to be set',
    modes: { decimals: 'string', times: 'adaptive', binary: 'base64', intervals: 'string' },
    schemas: false,
    tables: both,
  },
  {
    name: 'precise decimals, times in microseconds, hexadecimal, with schemas',
    modes: { decimals: 'precise', times: 'adaptive_time_microseconds', binary: 'hex', intervals: 'string' },
    schemas: true,
    tables: both,
  },
  {
    name: 'doubles, Connect’s times, bytes',
    modes: { decimals: 'double', times: 'connect', binary: 'bytes', intervals: 'numeric' },
    schemas: false,
    tables: ['public.narrow'],
  },
];

describe.skipIf(missing !== null || !inFull)('Debezium', { timeout: 300_000 }, () => {
  let kafka: KafkaServer;
  let connect: ConnectWorker;
  let t: TestSide;
  let url: string;
  let name: string;
  let own: ChangeReader;
  const readers: ChangeReader[] = [];
  const topics: TopicLog[] = [];
  const unreadable: UnreadableMessage[][] = runs.map(() => []);

  beforeAll(async () => {
    const database = await postgres.freshDatabase();
    ({ url, name } = database);
    t = await testSide({ ...database, schema });
    await t.side.store.takeOver(1, 1);
    own = await t.side.source.open(t.begin);
    kafka = await startKafka();
    connect = await startConnect({ kafka: kafka.url });
    for (const [index] of runs.entries()) await startConnector(index);
    await Promise.all(
      runs.map(async (run, index) => {
        const source = sourceOf(run, index);
        readers[index] = await source.open(await source.begin());
      }),
    );
  }, 240_000);

  afterAll(async () => {
    for (const reader of [own, ...readers]) await reader?.close();
    await connect?.stop();
    await kafka?.stop();
    await t?.close();
  });

  const topicOf = (index: number): string => `${name}_${index}`;

  async function startConnector(index: number): Promise<void> {
    const run = runs[index] as Run;
    topics[index] = await makeTopic(kafka.url, topicOf(index));
    const options = { name, topic: topicOf(index), sqlUrl: url, entities: entitiesOf(run), modes: run.modes };
    const slot = `${namesOf(name).debeziumSlot}${index}`;
    const settings = connectorSettings(
      options,
      postgresSettings(options, { slot, publication: namesOf(name).publication }),
    );
    await connect.run(`c${index}`, {
      ...settings,
      'topic.prefix': topicOf(index),
      'database.password': decodeURIComponent(new URL(url).password),
      'value.converter.schemas.enable': String(run.schemas),
    });
  }

  const entitiesOf = ({ tables }: Run): ReadonlyMap<string, Entity> =>
    new Map([...t.entities].filter(([table]) => tables.includes(table)));

  function sourceOf(run: Run, index: number): DebeziumSource {
    return new DebeziumSource({
      connector: postgresConnector,
      modes: run.modes,
      topic: topics[index] as TopicLog,
      name,
      laneOf: ownLanes(name),
      entities: entitiesOf(run),
      readText: (type) => sqlCodec(type).fromText,
      lookAtTables: () => t.side.lookAtTables(),
      probe: (id) => t.side.probe(id),
      unreadable: (message) => Promise.resolve(void unreadable[index]?.push(message)),
      clock: systemClock,
    });
  }

  let marks = 0;
  /** Runs the statements, and compares what both tell of them. */
  async function agree(...statements: readonly string[]): Promise<readonly SourceEvent[]> {
    for (const statement of statements) await t.user.query(statement);
    return compare();
  }

  async function compare(): Promise<readonly SourceEvent[]> {
    const id = `m${++marks}`;
    await t.side.store.mark(id);
    const ended = (events: readonly SourceEvent[]): boolean =>
      events.some((one) => one.kind === 'mark' && one.id === id);
    const [expected = [], ...found] = await Promise.all([own, ...readers].map((reader) => readUntil(reader, ended)));
    for (const [index, { name: what, tables }] of runs.entries())
      expect(told(found[index] ?? []), what).toEqual(told(expected, tables));
    return expected;
  }

  const insertNarrow = (id: number, columns: string, values: string): string =>
    `insert into narrow (id, ${columns}) values (${id}, ${values})`;

  test('tells of values of every type what the log tells', async () => {
    await agree(
      `insert into narrow values (1, true, -3, 7, 9007199254740993, 0.1, 1e300, 12345.600, 12345, E'te"xt\\u0001é', 'v', 'ab ', '2024-05-06 07:08:09.123456+02',
        '2024-05-06 07:08:09.1+02', '2024-05-06 07:08:09.123456', '2024-05-06 07:08:09', '2024-05-06 07:08:09.12', '1999-12-31', '24:00:00', '01:02:03.5',
        '00112233-4455-6677-8899-aabbccddeeff', '\\x00ff10', '{"a": 1.0, "b":9007199254740993}', '{"b": 9007199254740993, "a": [1e400]}', 'sad', 5,
        '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '<a/>', '[1,5)', 4000000000, null, '{a,NULL,"b \\"c","NULL",""}', '{1,-2}', '{happy}', '{2020-01-01}',
        '{00112233-4455-6677-8899-aabbccddeeff}', '{t,f}', '{"\\\\x01"}', array['{"x":1}'::jsonb, '"s"'], '{"2020-01-01 00:00:01.123456+00"}', '{0.1,NaN}', '{ab}')`,
      insertNarrow(
        2,
        'f4, f8, n, zoned, ts, d, i8',
        `'NaN', '-Infinity', null, 'infinity', '-infinity', 'infinity', -9223372036854775808`,
      ),
      insertNarrow(
        3,
        'f4, f8, n, zoned, ts, d, texts',
        `'Infinity', 'NaN', -0.001, '0044-03-15 12:00+00 BC', '0044-03-15 12:00 BC', '0044-03-15 BC', '{}'`,
      ),
      insertNarrow(
        4,
        'f4, f8, n, zoned, ts, d',
        `1e-45, 5e-324, 999999999.999, '12345-01-02 03:04:05.6+00', 'infinity', '-infinity'`,
      ),
      insertNarrow(
        5,
        'f4, f8, zoned, ts, d, tm0',
        `3.4e38, '-0', '0001-01-01 00:00+00', '1969-12-31 23:59:59.999999', '1582-10-10', '00:00'`,
      ),
      insertNarrow(6, 'ts, d, zoned', `'4714-11-24 00:00 BC', '4714-11-24 BC', '4714-11-24 00:00+00 BC'`),
      insertNarrow(7, 'ts, d, zoned', `'270000-01-01 00:00', '5874897-12-31', '100000-01-01 00:00+00'`),
      `insert into wide values (1, 'a', 123456789012345678901234567890.1234567890, '23:59:59.123456', '2024-05-06 07:08:09.1234', '1 year 2 mons -3 days 04:05:06.789', '14 months', '{"2020-01-01 00:00:01.123456"}', 'x'),
        (2, 'b', 1e-20, '24:00', null, '00:00', null, null, null), (3, 'c', 0.000, '00:00:00.000001', null, '-1 mons 2 days 00:00:00.5', null, null, null),
        (4, 'd', 1e30, null, null, '-00:00:00.5', null, null, null), (5, 'e', -12.50, null, null, '-178000000 years', null, null, null),
        (6, 'f', null, null, null, '100000:00:01', null, null, null)`,
      'update narrow set t = t, s = 8',
      'update narrow set id = id + 100',
      'delete from narrow',
      'delete from wide',
    );
    expect(unreadable).toEqual(runs.map(() => []));
  });

  test('tells of a large value that did not change, of a subtransaction that was rolled back, of one row often in a transaction', async () => {
    const big = Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
    const events = await agree(
      `insert into wide (id, part, big) values (1, 'a', '${big}')`,
      'update wide set tm = null where id = 1',
      `begin; insert into narrow (id) values (30); savepoint s; insert into narrow (id) values (31); rollback to s;
        update narrow set t = 'a'; update narrow set t = 'b'; delete from narrow; insert into narrow (id) values (30); commit`,
      `update wide set part = 'z', big = 'small'`,
    );
    expect(JSON.stringify(events)).toContain(big);
  });

  test('tells our own transactions by their row, and large ones in parts', async () => {
    const lane = new TestLane(t.side);
    await lane.write([['public.wide', '["a","9"]', t.entities.get('public.wide')?.fields.map(() => null) ?? []]]);
    const events = await compare();
    expect(events).toMatchObject([{ kind: 'part', echo: { lane: 0, number: 1 } }, { kind: 'mark' }]);
    await agree(`insert into narrow (id, t) select i, i from generate_series(1000, 3100) i`, 'delete from narrow');
  });

  test('says nothing of numbers that it makes null: those are what `check` warns of', async () => {
    await t.user.query(
      `insert into wide (id, part, n) values (50, 'n', 'NaN'), (51, 'n', 'Infinity'), (52, 'n', '-Infinity')`,
    );
    const id = `m${++marks}`;
    await t.side.store.mark(id);
    const ended = (events: readonly SourceEvent[]): boolean =>
      events.some((one) => one.kind === 'mark' && one.id === id);
    const numbers = (events: readonly SourceEvent[]): unknown =>
      events.flatMap((event) => (event.kind === 'part' ? event.changes.map(({ after }) => after?.[0]) : []));
    const [exact, precise] = await Promise.all([own, ...readers].map((reader) => readUntil(reader, ended))).then(
      (all) => [all.slice(0, 2).map(numbers), numbers(all[2] as readonly SourceEvent[])],
    );
    expect(exact).toEqual([
      ['NaN', 'Infinity', '-Infinity'],
      ['NaN', 'Infinity', '-Infinity'],
    ]);
    expect(precise).toEqual([null, null, null]);
    await t.user.query('delete from wide');
  });

  test('keeps what Debezium does not write as it is, and goes on', async () => {
    await t.user.query(`insert into narrow (id, texts) values (60, '{{a,b},{c,d}}')`);
    await t.user.query(`insert into narrow (id, ints) values (61, '{{1,2},{3,4}}')`);
    await t.user.query(`insert into narrow (id, days) values (62, '{infinity}')`);
    await t.user.query(`insert into narrow (id) values (63)`);
    const until63 = (events: readonly SourceEvent[]): boolean => JSON.stringify(events).includes('"63"');
    await Promise.all([own, ...readers].map((reader) => readUntil(reader, until63)));
    for (const kept of unreadable) {
      expect(kept.map(({ reason }) => reason)).toMatchObject(
        ['texts', 'ints', 'days'].map(
          (column) => expect.stringContaining(`public.narrow.${column} is not written as array`) as string,
        ),
      );
    }
  });

  test('our own envelopes have a row as the connector writes it', async () => {
    // No other test has negative ones.
    const id = -9;
    const events = await agree(
      `insert into narrow values (${id}, true, -3, 7, 9007199254740993, 0.1, 1e300, 12345.600, null, E'te"xt\\u0001é', 'v', 'ab ', '2024-05-06 07:08:09.123+02',
        '2024-05-06 07:08:09.1+02', '2024-05-06 07:08:09.123', '2024-05-06 07:08:09', '2024-05-06 07:08:09.12', '1999-12-31', '24:00:00', '01:02:03.5',
        '00112233-4455-6677-8899-aabbccddeeff', '\\x00ff10', '{"a":1,"b":9007199254740993}', '["x"]', 'sad', 5, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '<a/>', '[1,5)',
        4000000000, null, '{a,NULL,"b \\"c","NULL",""}', '{1,-2}', '{happy}', '{2020-01-01}', '{00112233-4455-6677-8899-aabbccddeeff}', '{t,f}', '{"\\\\x01"}',
        array['"s"'::jsonb], '{"2020-01-01 00:00:01.123+00"}', '{0.1,NaN}', '{ab}')`,
      insertNarrow(id + 1, 'f4, f8, zoned, ts, d', `'NaN', '-Infinity', '-infinity', 'infinity', '-infinity'`),
      insertNarrow(id + 2, 'f8, zoned, ts, d', `0.1, '0044-03-15 12:00+00 BC', '0044-03-15 12:00 BC', '0044-03-15 BC'`),
      insertNarrow(id + 3, 'zoned, ts, d', `'12345-01-02 03:04:05.6+00', '12345-01-02 03:04:05.6', '5874897-12-31'`),
      insertNarrow(id + 4, 'n, f4', `7, 100000000`),
      `insert into wide values (${id}, 'a "b"', 1.25, '23:59:59.123456', '2024-05-06 07:08:09.123', '1 year 2 mons -3 days 04:05:06.789', '14 months', '{"2020-01-01 00:00:01.123"}', 'x')`,
      `insert into wide (id, part, n, span) values (${id}, 'b', 123456789012345678901234567890123456789012, '-00:00:00.5')`,
    );
    const written = events.flatMap((event) => (event.kind === 'part' ? event.changes : [])).map(writtenAs);
    expect(written).toHaveLength(7);
    const said = await saidBy(0, ({ after }) => Number(isObject(after) ? after['id'] : 0) < 0, written.length);
    for (const [at, row] of written.entries()) expect(row).toEqual(said[at]);
    await t.user.query('delete from narrow; delete from wide');
  });

  /** The state after a change, as an envelope of ours has it. */
  function writtenAs(change: Change): unknown {
    const entity = t.entities.get(change.entity) as Entity;
    return readJson(new RowWriter(entity, 'sql').write(change).after);
  }

  /** Rows that a connector told, of all that it told. */
  async function saidBy(index: number, which: (envelope: JsonObject) => boolean, count: number): Promise<unknown[]> {
    const log = topics[index] as TopicLog;
    const reader = await log.open((await log.bounds()).low);
    const said: unknown[] = [];
    while (said.length < count)
      for (const { value } of await reader.next()) {
        const envelope = value === null ? null : (readJson(value.toString()) as JsonObject);
        if (envelope !== null && 'op' in envelope && which(envelope)) said.push(envelope['after']);
      }
    await reader.close();
    return said;
  }

  test('a truncate, a dropped column and a lost identity stop the table', async () => {
    const stops =
      (entity: string) =>
      (events: readonly SourceEvent[]): boolean =>
        events.some((one) => one.kind === 'stop' && one.entity === entity);
    await t.user.query('truncate narrow');
    await Promise.all(readers.map((reader) => readUntil(reader, stops('public.narrow'))));
    await t.user.query('alter table wide drop column tm');
    await t.user.query(`insert into wide (id, part) values (70, 'x')`);
    const found = await Promise.all(readers.slice(0, 2).map((reader) => readUntil(reader, stops('public.wide'))));
    for (const events of found)
      expect(events).toContainEqual(
        expect.objectContaining({ entity: 'public.wide', reason: 'column tm of public.wide was dropped or renamed' }),
      );
    await t.user.query('alter table narrow replica identity default');
    const lost = await Promise.all(readers.map((reader) => readUntil(reader, stops('public.narrow'))));
    expect(lost[0]).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('REPLICA IDENTITY FULL') as string }),
    );
  });
});

/** Changes, echoes and marks in their order, whole transactions together; positions and names are each reader's own. */
function told(events: readonly SourceEvent[], tables?: readonly string[]): unknown[] {
  const all: unknown[] = [];
  let changes: unknown[] = [];
  for (const event of events) {
    if (event.kind === 'mark') all.push({ mark: event.id });
    if (event.kind === 'stop') all.push({ stop: event.entity, reason: event.reason });
    if (event.kind !== 'part') continue;
    changes.push(...event.changes.filter(({ entity }) => tables?.includes(entity) ?? true));
    if (!event.last) continue;
    const { echo, committedAt } = event;
    if (changes.length > 0 || echo !== null)
      all.push({ committedAt, echo: echo && { ...echo, wrote: [...echo.wrote] }, changes });
    changes = [];
  }
  return all;
}
