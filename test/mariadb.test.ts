/** MariaDB and MongoDB in step: a table of every common type, both ways, with Debezium's connector as the reader of the binary log. */
import { Binary, type Db, Decimal128, Double, Int32, Long, MongoClient } from 'mongodb';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAll } from '../src/app/check/check.js';
import { silentLogger } from '../src/base/logger.js';
import { configFrom } from '../src/config/load.js';
import { type ConfigInput, type StartedSync, start } from '../src/index.js';
import { inFull } from '../src/testing/long-form.js';
import { type ConnectorSettings, type ConnectWorker, startConnect } from '../src/testing/servers/connect-worker.js';
import { mariadbIsMissing, testMariadb } from '../src/testing/servers/fixtures/test-mariadb.js';
import { testMongo } from '../src/testing/servers/fixtures/test-mongo.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { type KafkaServer, startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { overDebezium, prepareConnector } from './over-kafka.js';
import { settle } from './rig.js';

const missing = inFull ? (mariadbIsMissing() ?? (await kafkaMissing('broker', 'connect'))) : 'the short form';
const counters = 20;
const limitMs = 60_000;

const schema = [
  `create table kinds (id bigint primary key, b boolean, b1 bit(1), bits bit(10), i1 tinyint, u1 tinyint unsigned, i2 smallint, i3 mediumint, i4 int, u4 int unsigned,
    i8 bigint, u8 bigint unsigned, f float, d double, n decimal(20, 4), c char(6), v varchar(40), tx text, latin varchar(20) character set latin1, b6 binary(6),
    vb varbinary(20), bl blob, j json, da date, dt datetime, dt3 datetime(3), ts timestamp null, tm time, y year, e enum('a', 'b''c', 'ü'), s set('x', 'y', 'z'), u uuid)`,
  'create table counters (id int primary key, n int not null)',
  `insert into counters select seq, 0 from seq_1_to_${counters}`,
  `insert into kinds (id, b, i4, v) values (1, true, 7, 'loaded'), (2, null, null, null)`,
];

/** Each column as a text of the test's own, whatever the client makes of its type. */
const shown: Readonly<Record<string, string>> = {
  b1: 'b1 + 0',
  bits: "lpad(bin(bits + 0), 10, '0')",
  b6: 'lower(hex(b6))',
  vb: 'lower(hex(vb))',
  bl: 'lower(hex(bl))',
  u: 'cast(u as char)',
  j: 'cast(j as char)',
};

const columns = 'id b b1 bits i1 u1 i2 i3 i4 u4 i8 u8 f d n c v tx latin b6 vb bl j da dt dt3 ts tm y e s u'.split(' ');

describe.skipIf(missing !== null)('MariaDB and MongoDB', { timeout: 300_000 }, () => {
  const mariadb = testMariadb();
  const { url: mongodbUrl, name } = testMongo().freshDatabase();
  let kafka: KafkaServer;
  let connect: ConnectWorker;
  let connector: ConnectorSettings;
  let user: Connection;
  let client: MongoClient;
  let db: Db;
  let config: ConfigInput;
  let sync: StartedSync;

  beforeAll(async () => {
    const { url } = await mariadb.freshDatabase();
    user = await createConnection({
      uri: url,
      timezone: 'Z',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    await user.query("set time_zone = '+00:00'");
    for (const statement of schema) await user.query(statement);
    client = new MongoClient(mongodbUrl);
    db = client.db(name);
    kafka = await startKafka();
    connect = await startConnect({ kafka: kafka.url });
    config = {
      name,
      sql: { url },
      mongodb: { url: mongodbUrl, database: name },
      initial: 'sql',
      entities: [{ table: 'kinds' }, { table: 'counters' }],
      api: { listen: '127.0.0.1:0' },
      ...overDebezium({ name }, kafka.url, 4),
    };
    connector = await prepareConnector(config);
    await connect.run('sql', connector);
    sync = await start(config, { api: false });
  }, 240_000);

  afterAll(async () => {
    await sync?.stop().catch(() => undefined);
    await connect?.stop();
    await kafka?.stop();
    await client?.close();
    await user?.end();
  });

  /** By a comparison of the test's own, and by the sync's. */
  async function expectEqual(): Promise<void> {
    await settle(sync, limitMs);
    const list = columns.map((column) => `${shown[column] ?? column} as ${column}`).join(', ');
    const [rows] = await user.query(`select ${list} from kinds order by id`);
    const documents = await db.collection('kinds').find({}, { promoteValues: false }).sort({ _id: 1 }).toArray();
    const images = (rows as Record<string, unknown>[]).map((row) =>
      columns.map((column) => rowText(column, row[column])),
    );
    expect(
      documents.map((one) => columns.map((column) => documentText(one[column === 'id' ? '_id' : column]))),
    ).toEqual(images);
    const { different, examples } = await sync.compare();
    expect({ different, examples }).toEqual({ different: 0, examples: [] });
  }

  const conflicts = () => client.db('sync_metadata').collection('conflicts').find({ name }).toArray();

  test('what `check` says', async () => {
    const findings = await checkAll(configFrom(config), { log: silentLogger });
    expect(findings.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ id: 'debezium.zero_dates', state: 'warning' }));
  });

  test('a table of every common type crosses both ways', async () => {
    const documents = db.collection<{ _id: Long }>('kinds');
    await waitFor(async () => (await documents.countDocuments()) === 2, { what: 'the load', limitMs });
    expect(sync.status().sqlServer).toBe('MariaDB');
    await expectEqual();
    await user.query(`insert into kinds values
      (10, true, b'1', b'1010000001', -128, 255, -32768, -8388608, -2147483648, 4294967295, -9223372036854775808, 9223372036854775807, 1.1, 0.1, 1234567890123456.7891,
        'ab', 'vü🌿"\\'', 'te\\\\xt', 'é', x'010203000000', 'a', x'00ff', '{"a": 1, "b": [true, null, "x"]}', '2024-02-29', '2024-02-29 23:59:59', '1999-01-01 00:00:00.120',
        '2024-03-31 02:30:00', '23:59:59', 2155, 'b''c', 'x,z', '00112233-4455-6677-8899-aabbccddeeff'),
      (11, false, b'0', b'0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 5e-324, 0, '', '', '', '', x'000000000000', '', '', '[]', '0001-01-01', '9999-12-31 23:59:59', '1970-01-01',
        '2038-01-19 03:14:07', '00:00:00', 0, 'a', '', null)`);
    await user.query(`update kinds set v = 'changed', f = 3.5, j = '{"deep": {"er": [1, 2]}}' where id = 1`);
    await expectEqual();

    await documents.insertOne({
      _id: Long.fromNumber(20),
      b: true,
      b1: false,
      bits: '0000000101',
      i1: new Int32(5),
      u1: new Int32(200),
      i2: new Int32(-5),
      i3: new Int32(70_000),
      i4: new Int32(-70_000),
      u4: Long.fromString('4000000000'),
      i8: Long.fromString('-9007199254740993'),
      u8: Long.fromString('9007199254740993'),
      f: new Double(0.5),
      d: new Double(1.7976931348623157e308),
      n: Decimal128.fromString('-0.0001'),
      c: 'c',
      v: 'from MongoDB',
      tx: 'long',
      latin: 'ñ',
      b6: new Binary(Buffer.from('ffeeddccbbaa', 'hex')),
      vb: new Binary(Buffer.from('00', 'hex')),
      bl: new Binary(Buffer.alloc(300, 7)),
      j: { k: [1, { l: 'm' }] },
      da: '2024-12-31',
      dt: new Date('2024-12-31T23:59:59Z'),
      dt3: new Date('2024-12-31T23:59:59.999Z'),
      ts: new Date('2001-02-03T04:05:06Z'),
      tm: '12:34:56',
      y: new Int32(1999),
      e: 'ü',
      s: 'y,z',
      u: Binary.createFromHexString('8b1f4a4e00004000800000000000000a', Binary.SUBTYPE_UUID),
    } as never);
    await documents.updateOne(
      { _id: Long.fromNumber(10) },
      { $set: { v: 'again', n: Decimal128.fromString('2.5'), da: '2000-01-01' }, $unset: { tm: '' } },
    );
    await documents.deleteOne({ _id: Long.fromNumber(2) });
    await user.query('delete from kinds where id = 11');
    await expectEqual();
    const [rows] = await user.query('select id from kinds order by id');
    expect((rows as { id: string }[]).map(({ id }) => Number(id))).toEqual([1, 10, 20]);
    expect(await conflicts()).toEqual([]);
  });

  test('both change a record at once: one conflict, on record, and both sides equal', async () => {
    await sync.pause();
    await user.query(`update kinds set v = 'one' where id = 20`);
    await db.collection<{ _id: Long }>('kinds').updateOne({ _id: Long.fromNumber(20) }, { $set: { v: 'other' } });
    await sync.resume();
    await expectEqual();
    expect(await conflicts()).toMatchObject([{ kind: 'write_write', state: 'resolved' }]);
  });

  test('each change is written once, whoever is stopped or killed meanwhile', async () => {
    const before = (await conflicts()).length;
    const documents = db.collection<{ _id: number }>('counters');
    const each = async (rounds: number): Promise<void> => {
      for (let at = 0; at < rounds; at++) {
        await user.query(`update counters set n = n + 1 where id = ${2 * (1 + (at % (counters / 2)))}`);
        await documents.updateOne({ _id: 2 * (at % (counters / 2)) + 1 }, { $inc: { n: 1 } });
      }
    };
    await each(100);
    await connect.kill();
    await each(50);
    await connect.start();
    await connect.run('sql', connector);
    await each(50);
    await sync.stop();
    await each(50);
    await user.query('flush binary logs');
    sync = await start(config, { api: false });
    await each(50);
    await expectEqual();
    const total = [{ $group: { _id: null, n: { $sum: '$n' } } }];
    expect(await documents.aggregate(total).toArray()).toMatchObject([{ n: 600 }]);
    const [sums] = await user.query('select sum(n) as n from counters');
    expect(Number((sums as { n: string }[])[0]?.n)).toBe(600);
    expect(await conflicts()).toHaveLength(before);
    const unreadable = client.db('sync_metadata').collection('unreadable_messages');
    expect(await unreadable.find({ name }).toArray()).toEqual([]);
  });
});

function rowText(column: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (column === 'b' || column === 'b1') return String(Number(value) === 1);
  if (column === 'j') return JSON.stringify(JSON.parse(String(value)));
  if (column.startsWith('dt') || column === 'ts') return String(Date.parse(`${String(value).replace(' ', 'T')}Z`));
  return plain(String(value));
}

function documentText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Binary)
    return value.sub_type === Binary.SUBTYPE_UUID
      ? value.toUUID().toString()
      : Buffer.from(value.buffer).toString('hex');
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Decimal128 || value instanceof Double || value instanceof Long || value instanceof Int32)
    return plain(value.toString());
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Numbers without the zeros that only a scale puts there. */
function plain(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
