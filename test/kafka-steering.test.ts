/** Several processes over a real broker, steered through whichever of them a person happens to ask. */
import { Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StartedSync, start } from '../src/index.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { hasBrowser, overflow, testPages } from './browser.js';
import { compareIndependently } from './compare-independently.js';
import { overKafka } from './over-kafka.js';
import { conflictsOf, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');
const pages = await testPages();
const limitMs = 90_000;
const partitions = 4;
const records = 40;
const ids = Array.from({ length: records }, (_, n) => n + 1);

interface Note {
  readonly _id: number;
  title?: string;
  n?: number;
}

describe.skipIf(missing !== null)('steering over Kafka', { timeout: 300_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());
  let rig: Rig;
  /** It has no records of its own: all that is asked of it travels. */
  let capture: StartedSync;
  let workers: StartedSync[];
  const notes = () => rig.db.collection<Note>('notes');
  const equal = async (): Promise<void> => {
    await settle(capture, limitMs);
    expect(await compareIndependently(rig, { table: 'notes', key: ['id'] })).toEqual([]);
  };

  beforeAll(async () => {
    rig = await rigs.open({
      schema: `create table notes (id int primary key, title text, n int check (n < 100));
        insert into notes select i, 'first', 0 from generate_series(1, ${records}) i`,
      config: {
        initial: 'sql',
        entities: [{ table: 'notes', conflict: { strategy: 'manual', delete: 'manual' } }],
        compare: { every: null },
      },
    });
    const config = overKafka(rig, kafka.url, partitions);
    capture = await start({ ...rig.config, ...config }, { role: 'capture' });
    rig.atEnd(() => capture.stop());
    workers = await Promise.all([0, 1].map(() => rig.start({ role: 'worker' }, config)));
    await waitFor(async () => (await notes().countDocuments()) === records, { what: 'the load', limitMs });
    await waitFor(() => capture.status().state === 'running', { what: 'the capture to know of all shares', limitMs });
    await equal();
  });

  /** The same records changed on both sides, neither having seen the other. */
  async function collide(title: string): Promise<void> {
    await capture.pause();
    const paused = (): boolean => [capture, ...workers].every((sync) => sync.status().state === 'paused');
    await waitFor(paused, { what: 'all processes to pause', limitMs });
    await rig.sql.query('update notes set title = $1', [`${title} of sql`]);
    await notes().updateMany({}, { $set: { title: `${title} of mongodb` } });
    await workers[0]?.resume();
    await waitFor(async () => (await conflictsOf(rig, { state: 'pending' })).length === records, {
      what: 'the conflicts',
      limitMs,
    });
  }

  test('each process tells of all partitions, of its own in its metrics, and of what could not be read', async () => {
    const all = [capture, ...workers];
    // What others tell comes within a second or two.
    const known = (): boolean =>
      all.every((sync) => {
        const told = sync.status().transport?.partitions ?? [];
        return told.length === partitions && told.every(({ state, owner }) => state === 'running' && owner !== null);
      });
    await waitFor(known, { what: 'all to know of all partitions', limitMs });
    const transports = all.map((sync) => sync.status().transport);
    expect(transports[0]?.captures).toMatchObject([
      { side: 'sql', state: 'capturing' },
      { side: 'mongodb', state: 'capturing' },
    ]);
    expect(transports[0]?.partitions.some(({ here }) => here)).toBe(false);
    const bodies = await Promise.all(workers.map(async (sync) => (await sync.metrics()).body));
    const told = bodies.flatMap((body) => [...body.matchAll(/^isthmus_partition_lag_seconds\{partition="(\d+)"\}/gm)]);
    expect(told.map(([, partition]) => Number(partition)).sort()).toEqual([0, 1, 2, 3]);
    const client = new Kafka({ brokers: [kafka.url], logLevel: 0 });
    const stranger = client.producer();
    await stranger.connect();
    const messages = [{ partition: 2, key: 'x', value: 'no JSON' }];
    await stranger.send({ topic: `${rig.name}_sql`, messages });
    await stranger.disconnect();
    await waitFor(() => capture.status().transport?.unreadable === 1, { what: 'the message to be told of', limitMs });
    await rig.sql.query('update notes set n = n + 1');
    await equal();
  });

  test.skipIf(!hasBrowser)('the dashboard shows them, on a phone too', async () => {
    for (const width of [1280, 360]) {
      const page = await pages.open(capture.url, { width });
      const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Partitions' }) });
      await panel.getByText('1 message could not be read').waitFor();
      expect(await panel.getByRole('row').count()).toBe(partitions + 1);
      await panel.getByText('worker-').first().waitFor();
      expect(await overflow(page)).toBe(0);
      await panel.scrollIntoViewIfNeeded();
      await pages.picture(page, width === 360 ? 'partitions-narrow' : 'partitions');
    }
    expect(pages.complaints).toEqual([]);
  });

  test('a pause holds all shares, and conflicts of any share are shown and decided', async () => {
    await collide('one');
    const some = await conflictsOf(rig, { state: 'pending' });
    await waitFor(() => capture.status().conflicts.pending === records, { what: 'the count to travel', limitMs });
    for (const [at, { conflictId }] of some.slice(0, 6).entries()) {
      const shown = await capture.conflict(conflictId);
      const decision = { seen: String(shown?.['seen']), by: 'nightshift' };
      const use = (['sql', 'mongodb', 'value'] as const)[at % 3] ?? 'sql';
      const value = use === 'value' ? { value: { title: 'own', n: 5 } } : {};
      expect(await capture.decide(conflictId, { ...decision, use, ...value })).toMatchObject({
        resolvedBy: 'nightshift',
      });
      await expect(capture.decide(conflictId, { ...decision, use: 'sql' })).rejects.toMatchObject({
        code: 'conflict_moved',
      });
    }
    // What has moved since it was shown is not decided.
    const last = some.at(-1);
    const shown = await capture.conflict(last?.conflictId ?? '');
    await rig.sql.query(`update notes set title = 'moved' where id = $1`, [last?.['key']]);
    const moved = capture.decide(last?.conflictId ?? '', { use: 'sql', seen: String(shown?.['seen']), by: 'late' });
    await expect(moved).rejects.toMatchObject({ code: 'conflict_moved' });
    const counts = await capture.decideAll({ use: 'mongodb', by: 'nightshift' });
    expect(counts).toMatchObject({ refused: 0, unknown: 0 });
    await waitFor(
      async () => {
        await capture.decideAll({ use: 'mongodb', by: 'nightshift' });
        return (await conflictsOf(rig, { state: 'pending' })).length === 0;
      },
      { what: 'the rest to be decided', limitMs },
    );
    await equal();
  });

  test('dead letters of any share are tried again and given up', async () => {
    await notes().updateMany({ _id: { $in: ids.slice(0, 8) } }, { $set: { n: 500 } });
    await waitFor(async () => (await capture.deadLetters()).length === 8, { what: 'the dead letters', limitMs });
    const [first, ...others] = await capture.deadLetters();
    expect(await capture.letters.answer(first?.id ?? '', 'retry', 'ada')).toMatchObject({ outcome: 'refused' });
    await rig.sql.query('alter table notes drop constraint notes_n_check');
    expect(await capture.letters.answer(first?.id ?? '', 'retry', 'ada')).toMatchObject({ outcome: 'crossed' });
    const { length } = others;
    expect(await capture.letters.answerAll('retry', { by: 'ada' })).toMatchObject({ crossed: length, left: 0 });
    await equal();
  });

  test('a comparison that any process is asked for finds what differs in all shares, and its repair ends that', async () => {
    await behindTheSync(async () => {
      await rig.sql.query(`update notes set title = 'behind' where id % 4 = 0`);
    });
    const { id } = await capture.comparisons.start({ repair: 'mongodb' });
    const over = await waitFor(
      async () => {
        const found = await capture.comparisons.get(id, { limit: 50 });
        return found.state === 'done' || found.state === 'failed' ? found : null;
      },
      { what: 'the comparison', limitMs },
    );
    expect(over).toMatchObject({ state: 'done', compared: records, different: records / 4, repaired: records / 4 });
    await equal();
    expect((await rig.sql.query(`select from notes where title = 'behind'`)).rowCount).toBe(0);
  });

  test('a load of a table is made by all shares, also where one process is gone', async () => {
    await workers.shift()?.stop();
    await waitFor(() => capture.status().state === 'running', { what: 'the other worker to have all', limitMs });
    await behindTheSync(async () => {
      await rig.sql.query('delete from notes where id % 4 = 1');
    });
    await waitFor(
      () =>
        capture.load('public.notes', 'mongodb').then(
          () => true,
          () => false,
        ),
      { what: 'the load to begin', limitMs },
    );
    await waitFor(() => capture.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs });
    await equal();
    expect((await rig.sql.query('select from notes')).rowCount).toBe(records);
  });

  /** A change of PostgreSQL that its log does not show. */
  async function behindTheSync(work: () => Promise<void>): Promise<void> {
    const { rows } = await rig.sql.query<{ name: string }>('select pubname as name from pg_publication');
    const name = rows[0]?.name ?? '';
    await settle(capture, limitMs);
    await rig.sql.query(`alter publication "${name}" drop table notes`);
    await work();
    await rig.sql.query(`alter publication "${name}" add table notes`);
  }
});
