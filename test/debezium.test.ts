/** Debezium reads SQL's log: two captures and three workers over its topic, while processes are killed, Connect and the broker among them. */
import { afterAll, describe, expect, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { startConnect } from '../src/testing/servers/connect-worker.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { convergeWhateverBecomesOfThem } from './kafka-faults.js';
import { crossing, trafficSchema } from './kafka-traffic.js';
import { overDebezium, prepareConnector } from './over-kafka.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();
const missing = inFull ? await kafkaMissing('broker', 'connect') : 'the short form';

describe.skipIf(missing !== null)('Debezium as the reader of SQL’s log', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  const connect = missing === null ? await startConnect({ kafka: kafka.url }) : (null as never);
  afterAll(async () => {
    await connect.stop();
    await kafka.stop();
  });

  test('converges whatever becomes of them: every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: trafficSchema,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    const config = overDebezium(rig, kafka.url, 12);
    const connector = await prepareConnector({ ...rig.config, ...config });
    await connect.run('sql', connector);
    await convergeWhateverBecomesOfThem(rig, {
      kafka,
      config,
      seed: 7,
      // It begins again before its last word; a standalone worker forgets what ran on it.
      another: async () => {
        await connect.kill();
        await connect.start();
        await connect.run('sql', connector);
        await crossing(rig);
      },
    });
    await connect.assertRuns('sql');
    const unreadable = rig.mongo.db('sync_metadata').collection('unreadable_messages');
    expect(await unreadable.find({ name: rig.name }).toArray()).toEqual([]);
  });
});
