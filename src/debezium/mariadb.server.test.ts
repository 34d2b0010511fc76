/**
 * Debezium's connector for MariaDB, by Kafka Connect, beside our own reading of the same rows: both must say the same of the same
 * writes, whatever the connector is set to.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import type { TopicLog } from '../kafka/topic-log.js';
import { recordId, type State } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import { ownLanes } from '../model/share.js';
import { type TestSide, testSide } from '../mysql/test-side.js';
import { sqlCodec } from '../mysql/types.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import { readUntil } from '../postgres/test-side.js';
import { inFull } from '../testing/long-form.js';
import { makeTopic } from '../testing/make-topic.js';
import { type ConnectWorker, startConnect } from '../testing/servers/connect-worker.js';
import { mariadbIsMissing, testMariadb } from '../testing/servers/fixtures/test-mariadb.js';
import { kafkaMissing } from '../testing/servers/kafka-missing.js';
import { type KafkaServer, startKafka } from '../testing/servers/kafka-server.js';
import { waitFor } from '../testing/wait-for.js';
import { connectorSettings } from './connector-settings.js';
import { DebeziumSource } from './debezium-source.js';
import type { DebeziumModes } from './modes.js';
import { mysqlConnector, mysqlSettings } from './mysql-connector.js';

const missing = mariadbIsMissing() ?? (await kafkaMissing('broker', 'connect'));

const schema = `
create table kinds (id bigint primary key, b tinyint(1), b1 bit(1), bits bit(10), i1 tinyint, u1 tinyint unsigned, i2 smallint, u2 smallint unsigned,
  i3 mediumint, u3 mediumint unsigned, i4 int, u4 int unsigned, i8 bigint, u8 bigint unsigned, z int(5) zerofill, f float, d double, n decimal(20, 4),
  n0 decimal(30), c char(6), v varchar(20), tx text, lt longtext, latin varchar(20) character set latin1, b6 binary(6), vb varbinary(20), bl blob, j json,
  da date, dt datetime, dt3 datetime(3), ts timestamp null, ts3 timestamp(3) null, tm time, tm3 time(3), y year, e enum('a', 'b''c', 'ü'),
  s set('x', 'y', 'z'), gen int as (i4 + 1) stored, dfl int default 7);
create table fine (part varchar(10) character set latin1, id int, dt6 datetime(6), ts6 timestamp(6) null, tm6 time(6), u uuid, primary key (id, part));
create table gone (id int primary key, v int)
`;

interface Run {
  readonly name: string;
  readonly modes: DebeziumModes;
  readonly schemas: boolean;
}

const runs: readonly Run[] = [
  {
    name: 'as it is told to be set',
    modes: { decimals: 'string', times: 'adaptive', binary: 'base64', intervals: 'string' },
    schemas: false,
  },
  {
    name: 'precise decimals, hexadecimal, with schemas',
    modes: { decimals: 'precise', times: 'adaptive_time_microseconds', binary: 'hex', intervals: 'string' },
    schemas: true,
  },
];

describe.skipIf(missing !== null || !inFull)('Debezium on MariaDB', { timeout: 300_000 }, () => {
  const mariadb = testMariadb();
  let kafka: KafkaServer;
  let connect: ConnectWorker;
  let t: TestSide;
  const readers: ChangeReader[] = [];
  const topics: TopicLog[] = [];
  const unreadable: UnreadableMessage[][] = runs.map(() => []);
  let marks = 0;

  beforeAll(async () => {
    t = await testSide({ ...(await mariadb.freshDatabase()), schema });
    await t.side.store.takeOver(1, 1);
    await t.user.query("set time_zone = '+00:00'");
    kafka = await startKafka();
    connect = await startConnect({ kafka: kafka.url });
    for (const [index] of runs.entries()) {
      topics[index] = await makeTopic(kafka.url, topicOf(index));
      await startConnector(index);
    }
    await Promise.all(
      runs.map(async (run, index) => {
        const source = sourceOf(run, index);
        readers[index] = await source.open(await source.begin());
      }),
    );
  }, 240_000);

  afterAll(async () => {
    for (const reader of readers) await reader?.close();
    await connect?.stop();
    await kafka?.stop();
    await t?.close();
  });

  const topicOf = (index: number): string => `${t.name}_${index}`;

  /** `name`: another one has no memory of what it told. */
  async function startConnector(index: number, name = `c${index}`): Promise<void> {
    const { modes, schemas } = runs[index] as Run;
    const topic = topicOf(index);
    const options = { name: t.name, topic, sqlUrl: t.url, entities: t.entities, modes };
    await connect.run(name, {
      ...connectorSettings(options, mysqlSettings(options, [kafka.url])),
      'topic.prefix': topic,
      'database.server.id': String(4_000 + index),
      'database.password': decodeURIComponent(new URL(t.url).password),
      'value.converter.schemas.enable': String(schemas),
    });
  }

  function sourceOf({ modes }: Run, index: number): DebeziumSource {
    return new DebeziumSource({
      connector: mysqlConnector,
      modes,
      topic: topics[index] as TopicLog,
      name: t.name,
      laneOf: ownLanes(t.name),
      entities: t.entities,
      readText: (type) => sqlCodec(type).fromText,
      lookAtTables: () => t.side.lookAtTables(),
      probe: (id) => t.side.probe(id),
      unreadable: (message) => Promise.resolve(void unreadable[index]?.push(message)),
      clock: systemClock,
    });
  }

  /** What each reader tells up to a mark that is written now. */
  async function heard(): Promise<readonly (readonly SourceEvent[])[]> {
    const id = `m${++marks}`;
    await t.side.store.mark(id);
    return Promise.all(
      readers.map((reader) =>
        readUntil(reader, (events) => events.some((one) => one.kind === 'mark' && one.id === id)),
      ),
    );
  }

  const table = (name: string): string => `${t.name}.${name}`;

  async function stored(entity: string, keys: readonly string[]): Promise<ReadonlyMap<string, State>> {
    const refs = keys.map((key) => ({ entity: table(entity), key }));
    const found = await t.side.store.read(refs, { locked: false, raw: false });
    return new Map(refs.map((ref) => [ref.key, found.get(recordId(ref))?.state ?? null]));
  }

  /** Each reader's last word on each key, and that every change begins where the last one ended. */
  function followed(events: readonly SourceEvent[], entity: string): ReadonlyMap<string, State> {
    const states = new Map<string, State>();
    for (const event of events)
      for (const change of event.kind === 'part' ? event.changes : []) {
        if (change.entity !== table(entity)) continue;
        if (states.has(change.key)) expect(change.before).toEqual(states.get(change.key));
        states.set(change.key, change.after);
      }
    return states;
  }

  test('tells of values of every type what can be read', async () => {
    const into = (id: number, values: Readonly<Record<string, string>>): string =>
      `insert into kinds (id, ${Object.keys(values).join(', ')}) values (${id}, ${Object.values(values).join(', ')})`;
    const most = {
      b: '1',
      b1: "b'1'",
      bits: "b'1010000001'",
      i1: '-128',
      u1: '255',
      i2: '-32768',
      u2: '65535',
      i3: '-8388608',
      u3: '16777215',
      i4: '-2147483648',
      u4: '4294967295',
      i8: '-9223372036854775808',
      u8: '9223372036854775807',
      z: '42',
      f: '1.1',
      d: '0.1',
      n: '1234567890123456.7891',
      n0: '123456789012345678901234567890',
      c: "'ab '",
      v: "'vü🌿\"'",
      tx: "'te\\\\xt'",
      lt: "''",
      latin: "'é'",
      b6: "x'0102'",
      vb: "'a'",
      bl: "x'00ff'",
      j: `'{"a": 1.0, "b":[9007199254740993,null]}'`,
      da: "'2024-02-29'",
      dt: "'2024-02-29 23:59:59'",
      dt3: "'1001-01-01 00:00:00.001'",
      ts: "'2024-02-29 23:59:59'",
      ts3: "'1971-01-01 00:00:00.123'",
      tm: "'23:59:59'",
      tm3: "'00:00:00.010'",
      y: '2155',
      e: `'b''c'`,
      s: "'x,z'",
    };
    await t.user.query(into(1, most));
    await t.user.query(
      into(2, {
        b: '0',
        b1: "b'0'",
        bits: "b'0'",
        f: '3.4028234e38',
        d: '5e-324',
        n: '-0.0001',
        da: "'0001-01-01'",
        dt: "'0050-01-01'",
        y: '0',
        s: "''",
        c: "''",
        j: `'"x"'`,
      }),
    );
    await t.user.query(
      into(3, {
        f: '1e-45',
        d: '-1.7976931348623157e308',
        n: '0',
        da: "'9999-12-31'",
        dt: "'9999-12-31 23:59:59'",
        ts: "'2038-01-19 03:14:07'",
        tm: "'00:00:00'",
        y: '1901',
        e: `'ü'`,
        dfl: 'null',
      }),
    );
    await t.user.query("set sql_mode = ''");
    await t.user.query(
      into(4, {
        b: '2',
        u8: '18446744073709551615',
        tm: "'-838:59:59'",
        tm3: "'838:59:58.5'",
        e: "'nope'",
        tx: "'a\\0b'",
        ts3: "'0000-00-00 00:00:00'",
      }),
    );
    await t.user.query('set sql_mode = default');
    await t.user.query(
      `insert into fine values ('é', 1, '2024-05-06 07:08:09.123456', '2024-05-06 07:08:09.000001', '01:02:03.4', uuid()), ('a', 2, null, null, '-1:00:00.000001', null)`,
    );
    await t.user.query('update kinds set i4 = 5, v = concat(v, v) where id < 4');
    const [kinds, fine] = [
      await stored('kinds', ['1', '2', '3', '4']),
      await stored('fine', ['["1","é"]', '["2","a"]']),
    ];
    expect([...kinds.values()].filter((state) => state === null)).toEqual([]);
    expect(kinds.get('4')?.filter(isRefused)).toHaveLength(7);
    const all = await heard();
    expect(unreadable).toEqual(runs.map(() => []));
    for (const [index, { name }] of runs.entries()) {
      expect(followed(all[index] ?? [], 'kinds'), name).toEqual(kinds);
      expect(followed(all[index] ?? [], 'fine'), name).toEqual(fine);
    }
  });

  test('tells of keys that move, of one row often in a transaction, of what was rolled back, and whole of what is deleted', async () => {
    await t.user.query('begin');
    for (const text of [
      'update kinds set id = 11 where id = 1',
      "update kinds set v = 'a' where id = 11",
      'update kinds set v = null where id = 11',
    ])
      await t.user.query(text);
    await t.user.query('savepoint s');
    await t.user.query('delete from kinds where id = 2');
    await t.user.query('rollback to savepoint s');
    await t.user.query('commit');
    await t.user.query('delete from fine');
    const kinds = await stored('kinds', ['1', '2', '11']);
    for (const events of await heard()) {
      expect(followed(events, 'kinds')).toEqual(new Map([...kinds].filter(([key]) => key !== '2')));
      expect(followed(events, 'fine')).toEqual(new Map(['["1","é"]', '["2","a"]'].map((key) => [key, null])));
    }
  });

  test('tells our own transactions by their row, and large ones in parts', async () => {
    const ref = { entity: table('gone'), key: '1' };
    await t.side.store.commit({
      lane: 0,
      previous: 0,
      number: 1,
      read: [ref],
      plan: () => ({ writes: [{ ...ref, before: null, after: ['5'] }], hold: [], drop: [], settlements: [] }),
    });
    for (const events of await heard())
      expect(events).toMatchObject([
        { kind: 'part', echo: { lane: 0, number: 1 }, changes: [{ key: '1', before: null, after: ['5'] }] },
        { kind: 'mark' },
      ]);
    await t.user.query('insert into gone select seq, seq from seq_1000_to_5100');
    await t.user.query('flush binary logs');
    await t.user.query('delete from gone where id >= 1000');
    for (const events of await heard()) {
      expect([...followed(events, 'gone').values()].filter((state) => state !== null)).toEqual([]);
      expect(events.filter(({ kind }) => kind === 'part').length).toBeGreaterThan(3);
    }
  });

  test('a connector that is killed tells nothing twice to who reads on', async () => {
    const insert = (from: number): Promise<unknown> =>
      t.user.query(`insert into gone values ${Array.from({ length: 50 }, (_, at) => `(${from + at}, 0)`).join(', ')}`);
    for (let from = 10_000; from < 11_000; from += 50) {
      await insert(from);
      if (from === 10_400) await connect.kill();
    }
    await connect.start();
    for (const [index] of runs.entries()) await startConnector(index);
    for (const events of await heard()) {
      const keys = events.flatMap((event) => (event.kind === 'part' ? event.changes.map(({ key }) => key) : []));
      expect(keys).toEqual(Array.from({ length: 1000 }, (_, at) => String(10_000 + at)));
    }
  });

  const stop =
    (entity: string) =>
    (events: readonly SourceEvent[]): boolean =>
      events.some((one) => one.kind === 'stop' && one.entity === table(entity));

  test('a truncate, a dropped column, another type and a table made anew stop the table', async () => {
    const kept = unreadable.map(({ length }) => length);
    await t.user.query('truncate gone');
    await Promise.all(readers.map((reader) => readUntil(reader, stop('gone'))));
    await t.user.query('drop table gone');
    await t.user.query('create table gone (id int primary key, v int)');
    for (const events of await heard())
      expect(events).toMatchObject([
        { kind: 'stop', entity: table('gone'), reason: expect.stringContaining('was dropped') as string },
        { kind: 'stop', entity: table('gone'), reason: expect.stringContaining('was made anew') as string },
        { kind: 'mark' },
      ]);
    await t.user.query('alter table fine drop column tm6');
    await t.user.query("insert into fine (part, id) values ('x', 1)");
    for (const events of await Promise.all(readers.map((reader) => readUntil(reader, stop('fine')))))
      expect(events).toContainEqual(
        expect.objectContaining({ reason: `column tm6 of ${table('fine')} was dropped or renamed` }),
      );
    await t.user.query('alter table kinds modify i4 bigint');
    for (const events of await Promise.all(readers.map((reader) => readUntil(reader, stop('kinds')))))
      expect(events).toContainEqual(
        expect.objectContaining({ reason: `column i4 of ${table('kinds')} has another type now` }),
      );
    expect(unreadable.map(({ length }) => length)).toEqual(kept);
  });

  test('a connector that lost its place is found out', async () => {
    await connect.remove('c0');
    await t.user.query("insert into fine (part, id) values ('y', 1)");
    await startConnector(0, 'anew');
    const [reader] = readers as [ChangeReader];
    const lost = expect(readUntil(reader, () => false)).rejects.toMatchObject({ code: 'topic_lost' });
    // It says so once it begins to tell.
    await untilSettled(lost, () => t.side.store.mark('more'));
    await lost;
  });
});

async function untilSettled(done: Promise<unknown>, nudge: () => Promise<void>): Promise<void> {
  let over = false;
  void done.finally(() => {
    over = true;
  });
  const look = async (): Promise<boolean> => {
    if (!over) await nudge();
    return over;
  };
  await waitFor(look, { what: 'the reader to end', limitMs: 60_000, everyMs: 500 });
}
