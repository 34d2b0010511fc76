/** Over Kafka with envelopes: another program that knows Debezium alone follows a side, while both sides are kept in step. */
import { Long } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { startDebeziumConsumer } from '../src/testing/debezium-consumer.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently } from './compare-independently.js';
import { overKafka } from './over-kafka.js';
import { conflictsOf, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');
const limitMs = 60_000;

describe.skipIf(missing !== null)('over Kafka with envelopes', { timeout: 180_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('both sides converge, also across the switch, and another program has SQL’s rows', async () => {
    const rig = await rigs.open({
      schema: `create table items (id bigint primary key, name text, amount numeric(8, 2), at timestamptz);
        create table notes (id int, part text, body jsonb, primary key (part, id))`,
      config: { entities: [{ table: 'items' }, { table: 'notes' }] },
    });
    const plain = overKafka(rig, kafka.url, 4);
    const items = rig.db.collection<{ _id: Long; name: string; amount: number }>('items');
    const id = (n: number): { _id: Long } => ({ _id: Long.fromNumber(n) });

    // In both directions before the switch, so that workers of the second life meet both forms in one topic.
    const before = await rig.start({}, plain);
    await rig.sql.query(`insert into items select i, 'old', i, now() from generate_series(1, 40) i`);
    await settle(before, limitMs);
    await before.stop();

    const sql = await startDebeziumConsumer(kafka.url, `${rig.name}_sql`);
    rig.atEnd(() => sql.close());
    const sync = await rig.start({}, { ...plain, transport: { ...plain.transport, envelopes: true } });
    await rig.sql.query(`update items set name = 'sql', amount = 1.5, at = '2024-05-06 07:08:09.123+00'`);
    await rig.sql.query(
      `insert into notes select i, 'p' || i % 3, jsonb_build_object('n', i) from generate_series(1, 50) i`,
    );
    await settle(sync, limitMs);
    for (let n = 1; n <= 20; n++) await items.updateOne(id(n), { $set: { name: `mongo ${n}` } });
    await items.deleteOne(id(30));
    await rig.sql.query('delete from items where id = 31');
    await settle(sync, limitMs);
    await sync.pause();
    await rig.sql.query(`update items set name = 'one' where id = 7`);
    await items.updateOne(id(7), { $set: { name: 'other' } });
    await sync.resume();
    await settle(sync, limitMs);

    expect(await compareIndependently(rig, { table: 'items', key: ['id'] })).toEqual([]);
    expect(await compareIndependently(rig, { table: 'notes', key: ['part', 'id'] })).toEqual([]);
    expect(await conflictsOf(rig)).toMatchObject([{ kind: 'write_write', state: 'resolved' }]);
    const unreadable = rig.mongo.db('sync_metadata').collection('unreadable_messages');
    expect(await unreadable.find({ name: rig.name }).toArray()).toEqual([]);

    const expected = await rowsOf(`
      select '{"id":' || id || '}' as key,
        jsonb_build_object('id', id, 'name', name, 'amount', amount::text, 'at', '2024-05-06T07:08:09.123000Z') as row from items
      union all select format('{"part":"%s","id":%s}', part, id),
        jsonb_build_object('id', id, 'part', part, 'body', replace(body::text, ' ', '')) from notes`);
    await waitFor(() => sql.rows.size === expected.size && same(sql.rows, expected), {
      what: 'its rows',
      limitMs,
    }).catch(() => expect(Object.fromEntries(sql.rows)).toEqual(Object.fromEntries(expected)));
    expect(sql.failures).toEqual([]);
    // MongoDB’s users’ changes come to SQL’s topic as what the sync wrote there.
    expect(sql.echoes).toBeGreaterThanOrEqual(21);

    async function rowsOf(query: string): Promise<Map<string, unknown>> {
      const { rows } = await rig.sql.query<{ key: string; row: unknown }>(query);
      return new Map(rows.map(({ key, row }) => [key, row]));
    }
  });
});

function same(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return [...b].every(([key, row]) => JSON.stringify(sorted(a.get(key))) === JSON.stringify(sorted(row)));
}

function sorted(row: unknown): unknown {
  return Object.entries((row ?? {}) as object).sort(([one], [other]) => (one < other ? -1 : 1));
}
