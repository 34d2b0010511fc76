/** A sync over Kafka gets more partitions while users of both sides write: interrupted, gone on with, and with a worker that sleeps through it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { CliProcess, type CliResult } from '../src/testing/cli/cli-process.js';
import { inFull } from '../src/testing/long-form.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { compareIndependently } from './compare-independently.js';
import { writeHistory } from './history.js';
import { counters, countUp, crossing, equal, expectWhole, limitMs, trafficSchema } from './kafka-traffic.js';
import { countLogs } from './log-counts.js';
import { overKafka } from './over-kafka.js';
import { conflictsOf, type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = inFull ? await kafkaMissing('broker') : 'the short form';
const before = 4;
const after = 12;
const together = 10;
/** All users together write 300 times a second at most, or a busy machine would not bring it to rest. */
const pauseMs = 20;
/** Of the command: some seconds of what waits for it are not written yet when captures have stopped. */
const throttle = 600;

/** The command, on the configuration that the processes had. */
async function commandFor(rig: Rig, config: object): Promise<(...args: readonly string[]) => CliProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-repartition-'));
  rig.atEnd(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'isthmus.yaml');
  await writeFile(file, JSON.stringify({ ...rig.config, ...config }), { mode: 0o600 });
  return (...args) => new CliProcess([...args, '-c', file]);
}

/** New records on SQL, each changed a little later. */
function grow(rig: Rig): () => Promise<number> {
  let stopped = false;
  let batches = 0;
  const running = (async (): Promise<void> => {
    for (; !stopped; batches++) {
      const first = batches * together;
      await rig.sql.query('insert into growing select $1 + i, 0 from generate_series(1, $2::int) i', [first, together]);
      await rig.sql.query('update growing set n = n + 1 where id > $1 - 2 * $2::int and id <= $1', [first, together]);
      await pause(10 * pauseMs);
    }
  })();
  rig.atEnd(() => {
    stopped = true;
    return running;
  });
  return async () => {
    stopped = true;
    await running;
    return batches * together;
  };
}

describe.skipIf(missing !== null)('more partitions', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: `${trafficSchema}; create table growing (id int primary key, n int)`,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }, { table: 'growing' }] },
    });
    const few = overKafka(rig, kafka.url, before);
    const many = overKafka(rig, kafka.url, after);
    const start = (role: 'all' | 'capture' | 'worker', config: typeof few): Promise<ChildSync> =>
      startChild(rig, { role, config });
    const [capture, worker, sleeper] = (await Promise.all([
      start('capture', few),
      start('worker', few),
      start('all', few),
    ])) as [ChildSync, ChildSync, ChildSync];
    await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
      what: 'the load',
      limitMs,
    });
    const logs = await countLogs(rig, ['facts', 'counters']);
    const history = writeHistory(rig, { seed: 7, records: 60, deletes: 10, pauseMs });
    const counting = countUp(rig, { pauseMs });
    await crossing(rig);

    sleeper.signal('SIGSTOP');
    await Promise.all([capture.stop(), worker.stop()]);
    const grown = grow(rig);
    const command = await commandFor(rig, { ...few, apply: { ...few.apply, throttle } });
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
    await waitFor(() => sleeper.process.exitCode !== null, { what: 'the one that slept to end', limitMs });
    expect((await sleeper.ended).code, sleeper.said().slice(-2000)).toBe(4);
    started[2]?.signal('SIGKILL');
    await crossing(rig);
    await history.rest();
    const counted = await counting.rest();
    const records = await grown();
    await equal(rig);
    expect(await rig.db.collection('growing').countDocuments()).toBe(records);
    expect(await compareIndependently(rig, { table: 'growing', key: ['id'] })).toEqual([]);
    expect(await conflictsOf(rig, { table: 'public.growing' })).toEqual([]);
    await expectWhole(rig, { history, logs, counted });
    for (const child of started.slice(0, 2)) expect((await child.stop()).code, child.said().slice(-2000)).toBe(0);
  });
});

/** Null: somebody was there lately. */
async function begun(divide: CliProcess): Promise<CliProcess | null> {
  const said = divide.says(`partition 1 of ${before} is handed over`, limitMs).then(
    () => null,
    () => {
      divide.kill('SIGTERM');
      return divide.end();
    },
  );
  const ended: CliResult | null = await said;
  if (ended === null) return divide;
  expect(ended.stderr).toContain('in_use');
  return null;
}
