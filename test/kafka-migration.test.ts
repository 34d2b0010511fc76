/** Phases and rollback levels over a real broker: several processes, one of which is stopped while steps are taken. */
import { afterAll, describe, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import { compareIndependently } from './compare-independently.js';
import { migrate, migrationConfig, migrationSchema } from './migration-journey.js';
import { overKafka } from './over-kafka.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');
const partitions = 4;
/** Sides begin and cease to lead in these. */
const turns = new Set(['bidirectional', 'mongodb_primary']);
const watchTimes = { phasesEveryMs: 200 };
const limitMs = 60_000;

describe.skipIf(missing !== null)('over Kafka', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('a migration goes from prepare to retired, also where a worker does not hear of a step', async () => {
    const rig = await rigs.open({ schema: migrationSchema, config: migrationConfig });
    const config = overKafka(rig, kafka.url, partitions);
    const sync = await rig.start({ role: 'capture', watchTimes }, config);
    const asked = await rig.start({ role: 'worker', watchTimes }, config);
    const stopped = await startChild(rig, { role: 'worker', config });
    await waitFor(() => new Set(sync.status().transport?.partitions.map(({ owner }) => owner)).size === 2, {
      what: 'both workers to have partitions',
      limitMs,
    });
    await migrate(rig, {
      ...{ sync, asked },
      beforeStep: async (to) => {
        if (turns.has(to)) stopped.signal('SIGSTOP');
      },
      afterStep: async () => {
        stopped.signal('SIGCONT');
      },
    });
  });

  test('a rollback level is found once, holds all, and is approved through any process', async () => {
    const records = 1000;
    const rig = await rigs.open({
      schema: `create table items (id int primary key, v text); insert into items select g, 'v' || g from generate_series(1, ${records}) g`,
      config: { entities: [{ table: 'items' }], levels: { repair: 'sql' }, compare: { every: null } },
    });
    await rig.db
      .collection('items')
      .insertMany(
        Array.from({ length: records }, (_, n) => ({ _id: (n + 1) as never, v: n < 40 ? 'planted' : `v${n + 1}` })),
      );
    const config = overKafka(rig, kafka.url, partitions);
    const [first, ...others] = await Promise.all(
      (['capture', 'worker', 'worker'] as const).map((role) => rig.start({ role, watchTimes }, config)),
    );
    const [second] = others;
    if (first === undefined || second === undefined) throw new Error('not started');
    const all = [first, ...others];
    const everywhere = (what: string, holds: (sync: StartedSync) => boolean | Promise<boolean>) =>
      waitFor(async () => (await Promise.all(all.map(async (sync) => holds(sync)))).every(Boolean), { what, limitMs });
    await everywhere('all to run', (sync) => sync.status().transport?.partitions.length === partitions);
    await second.comparisons.start({});
    await everywhere('level 3', async (sync) => (await sync.lifecycle.show()).rollback.needsApproval);
    await everywhere('all to pause', (sync) => sync.status().state === 'paused' && sync.status().rollbackLevel === 3);
    await first.lifecycle.order({ action: 'approve', by: 'ann' });
    await everywhere('it to clear', (sync) => sync.status().rollbackLevel === 0);
    await settle(first, limitMs);
    expect(await compareIndependently(rig, { table: 'items', key: ['id'] })).toEqual([]);
    const { levels } = await second.lifecycle.report();
    expect(levels.map(({ level, by }) => [level, by])).toEqual([
      [3, null],
      [3, 'ann'],
      [0, null],
    ]);
  });
});
