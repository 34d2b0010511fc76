/** Two captures and three workers over a real broker, of which processes are killed, stopped, continued and added. */
import { afterAll, describe, expect, test } from 'vitest';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { writeHistory } from './history.js';
import { counters, countUp, crossing, equal, expectWhole, limitMs, trafficSchema } from './kafka-traffic.js';
import { countLogs } from './log-counts.js';
import { overKafka } from './over-kafka.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');

describe.skipIf(missing !== null)('captures and workers over Kafka', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('converge whatever becomes of them: every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: trafficSchema,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    const config = overKafka(rig, kafka.url, 12);
    const start = (role: 'capture' | 'worker'): Promise<ChildSync> => startChild(rig, { role, config });
    const roles = ['capture', 'capture', 'worker', 'worker', 'worker'] as const;
    const started = await Promise.all(roles.map(start));
    const [captures, workers] = [started.slice(0, 2), started.slice(2)];
    await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
      what: 'the load',
      limitMs,
    });
    const logs = await countLogs(rig, ['facts', 'counters']);
    const history = writeHistory(rig, { seed: 5, records: 60, deletes: 10, pauseMs: 5 });
    const counting = countUp(rig);
    await crossing(rig);

    workers[0]?.signal('SIGKILL');
    await crossing(rig);
    workers[1]?.signal('SIGSTOP');
    await crossing(rig);
    workers[1]?.signal('SIGCONT');
    workers.push(await start('worker'));
    await crossing(rig);
    captures[0]?.signal('SIGKILL');
    await crossing(rig);
    await kafka.kill();
    await kafka.start();
    await crossing(rig);

    await history.rest();
    const counted = await counting.rest();
    await equal(rig);
    await expectWhole(rig, { history, logs, counted });
    for (const child of [...workers.slice(1), ...captures.slice(1)])
      expect((await child.stop()).code, child.said().slice(-3000)).toBe(0);
  });
});
