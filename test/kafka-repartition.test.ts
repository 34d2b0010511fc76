/** A sync over Kafka gets more partitions while users of both sides write: interrupted, gone on with, and with a worker that sleeps through it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CliProcess, type CliResult } from '../src/testing/cli/cli-process.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { writeHistory } from './history.js';
import { counters, countUp, crossing, equal, expectWhole, limitMs, trafficSchema } from './kafka-traffic.js';
import { countLogs } from './log-counts.js';
import { overKafka } from './over-kafka.js';
import { type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');
const before = 4;
const after = 12;

/** The command, on the configuration that the processes had. */
async function commandFor(rig: Rig, config: object): Promise<(...args: readonly string[]) => CliProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-repartition-'));
  rig.atEnd(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'isthmus.yaml');
  await writeFile(file, JSON.stringify({ ...rig.config, ...config }), { mode: 0o600 });
  return (...args) => new CliProcess([...args, '-c', file]);
}

describe.skipIf(missing !== null)('more partitions', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: trafficSchema,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    const few = overKafka(rig, kafka.url, before);
    const many = overKafka(rig, kafka.url, after);
    const start = (role: 'capture' | 'worker', config: typeof few): Promise<ChildSync> =>
      startChild(rig, { role, config });
    const [capture, worker, sleeper] = (await Promise.all([
      start('capture', few),
      start('worker', few),
      start('worker', few),
    ])) as [ChildSync, ChildSync, ChildSync];
    await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
      what: 'the load',
      limitMs,
    });
    const logs = await countLogs(rig, ['facts', 'counters']);
    const history = writeHistory(rig, { seed: 7, records: 60, deletes: 10, pauseMs: 5 });
    const counting = countUp(rig);
    await crossing(rig);

    sleeper.signal('SIGSTOP');
    await Promise.all([capture.stop(), worker.stop()]);
    const command = await commandFor(rig, few);
    const divide = (to: number): CliProcess => command('repartition', '--to', String(to));
    expect(await divide(before + 1).end()).toMatchObject({ code: 2, stderr: expect.stringContaining('multiple of 4') });
    const first = await waitFor(() => begun(divide(after)), { what: 'all others to be gone', limitMs });
    first.kill('SIGKILL');
    await first.end();
    const refused = await command('run').end();
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(`isthmus repartition --to ${after}`) });
    const second = await divide(after).end();
    expect(second, second.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(`partitions: ${after}`) });

    const started = await Promise.all([start('capture', many), start('worker', many), start('worker', many)]);
    await crossing(rig);
    sleeper.signal('SIGCONT');
    expect((await sleeper.ended).code, sleeper.said().slice(-2000)).toBe(4);
    started[2]?.signal('SIGKILL');
    await crossing(rig);
    await history.rest();
    const counted = await counting.rest();
    await equal(rig);
    await expectWhole(rig, { history, logs, counted });
    for (const child of started.slice(0, 2)) expect((await child.stop()).code, child.said().slice(-2000)).toBe(0);
  });
});

/** Null: somebody was there lately. */
async function begun(divide: CliProcess): Promise<CliProcess | null> {
  const said = divide.says(`partition 1 of ${before} is handed over`, limitMs).then(
    () => null,
    () => divide.end(),
  );
  const ended: CliResult | null = await said;
  if (ended === null) return divide;
  expect(ended.stderr).toContain('in_use');
  return null;
}
