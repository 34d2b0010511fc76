/** Over Kafka in one process: captures, topics and the engines of all partitions, from databases to databases. */
import { Long } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently } from './compare-independently.js';
import { overKafka } from './over-kafka.js';
import { conflictsOf, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');

describe.skipIf(missing !== null)('over Kafka', { timeout: 180_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('a load, changes of both sides and a conflict cross, and both logs fall silent', async () => {
    const rig = await rigs.open({
      schema: `create table items (id bigint primary key, name text, amount int);
        insert into items select i, 'name ' || i, i from generate_series(1, 500) i`,
      config: { entities: [{ table: 'items' }], initial: 'sql' },
    });
    const sync = await rig.start({}, overKafka(rig, kafka.url, 4));
    const items = rig.db.collection<{ _id: Long; name: string; amount: number }>('items');
    await waitFor(async () => (await items.countDocuments()) === 500, { what: 'the load', limitMs: 60_000 });
    await settle(sync, 60_000);
    await rig.sql.query(`update items set name = 'sql' where id <= 100`);
    await items.updateMany(
      { _id: { $gt: Long.fromNumber(200), $lte: Long.fromNumber(300) } },
      { $set: { name: 'mongo' } },
    );
    await rig.sql.query('delete from items where id = 400');
    await settle(sync, 60_000);
    expect(await compareIndependently(rig, { table: 'items', key: ['id'] })).toEqual([]);
    expect(await conflictsOf(rig)).toEqual([]);
    await sync.pause();
    await rig.sql.query(`update items set name = 'one' where id = 7`);
    await items.updateOne({ _id: Long.fromNumber(7) }, { $set: { name: 'other' } });
    await sync.resume();
    await settle(sync, 60_000);
    expect(await compareIndependently(rig, { table: 'items', key: ['id'] })).toEqual([]);
    expect(await conflictsOf(rig)).toMatchObject([{ kind: 'write_write', state: 'resolved' }]);
    await sync.stop();
    // Progress under other names would look like none, and what was committed meanwhile would be missed.
    for (const other of [{}, overKafka({ name: `${rig.name}_8` }, kafka.url, 8)])
      await expect(rig.start({}, other)).rejects.toMatchObject({ code: 'transport_changed' });
    const again = await rig.start({}, overKafka(rig, kafka.url, 4));
    await settle(again, 60_000);
  });

  test('a sync that ran embedded is not begun over Kafka as if it were new', async () => {
    const rig = await rigs.open({
      schema: 'create table items (id bigint primary key)',
      config: { entities: [{ table: 'items' }] },
    });
    await (await rig.start()).stop();
    // As versions left it that did not store it.
    await rig.mongo.db('sync_metadata').collection('shares').deleteMany({ name: rig.name });
    const over = rig.start({}, overKafka(rig, kafka.url, 4));
    await expect(over).rejects.toMatchObject({ code: 'transport_changed' });
  });
});
