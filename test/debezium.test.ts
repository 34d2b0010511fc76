/** Debezium reads SQL's log: two captures and three workers over its topic, while processes are killed, Connect among them. */
import { afterAll, describe, expect, test } from 'vitest';
import { startConnect } from '../src/testing/servers/connect-worker.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { writeHistory } from './history.js';
import { counters, countUp, crossing, equal, expectWhole, limitMs, trafficSchema } from './kafka-traffic.js';
import { countLogs } from './log-counts.js';
import { overDebezium, prepareConnector } from './over-kafka.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker', 'connect');

describe.skipIf(missing !== null)('Debezium as the reader of SQL’s log', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  const connect = missing === null ? await startConnect({ kafka: kafka.url }) : (null as never);
  afterAll(async () => {
    await connect.stop();
    await kafka.stop();
  });

  test('converges whoever is killed: every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: trafficSchema,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    const config = overDebezium(rig, kafka.url, 12);
    const connector = await prepareConnector({ ...rig.config, ...config });
    await connect.run('sql', connector);
    const start = (role: 'capture' | 'worker'): Promise<ChildSync> => startChild(rig, { role, config });
    const roles = ['capture', 'capture', 'worker', 'worker', 'worker'] as const;
    const started = await Promise.all(roles.map(start));
    const [captures, workers] = [started.slice(0, 2), started.slice(2)];
    await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
      what: 'the load',
      limitMs,
    });
    const logs = await countLogs(rig, ['facts', 'counters']);
    const history = writeHistory(rig, { seed: 7, records: 60, deletes: 10, pauseMs: 5 });
    const counting = countUp(rig);
    await crossing(rig);

    workers[0]?.signal('SIGKILL');
    await crossing(rig);
    // It begins again before its last word; a standalone worker forgets what ran on it.
    await connect.kill();
    await connect.start();
    await connect.run('sql', connector);
    await crossing(rig);
    captures[0]?.signal('SIGKILL');
    await crossing(rig);

    await history.rest();
    const counted = await counting.rest();
    await equal(rig);
    await expectWhole(rig, { history, logs, counted });
    await connect.assertRuns('sql');
    const unreadable = rig.mongo.db('sync_metadata').collection('unreadable_messages');
    expect(await unreadable.find({ name: rig.name }).toArray()).toEqual([]);
    for (const child of [...workers.slice(1), ...captures.slice(1)])
      expect((await child.stop()).code, child.said().slice(-3000)).toBe(0);
  });
});
