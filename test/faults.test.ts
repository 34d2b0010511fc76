/** kill -9 at every named place, under writers on both sides: after a restart nothing is lost and nothing is there twice. */
import { expect, test } from 'vitest';
import { type FaultPoint, faultPoints } from '../src/base/fault-points.js';
import type { StartedSync } from '../src/index.js';
import { inFull } from '../src/testing/long-form.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildOptions, startChild } from './child-sync.js';
import type { TablePair } from './compare-independently.js';
import { type History, historySchema, writeHistory } from './history.js';
import { countLogs, type LogCounter } from './log-counts.js';
import { conflictsOf, expectEqual, type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const facts: TablePair = { table: 'facts', key: ['id'] };
const records = 40;
/** Writers that never rest would write far more after each kill than is needed to see what it left. */
const pauseMs = 3;
/** Of records that rest a tip is hardly ever written by an advance. */
const restless: readonly FaultPoint[] = ['advance.after-commit'];

function openRig(initial: 'sql' | 'none'): Promise<Rig> {
  return rigs.open({
    schema: historySchema,
    config: { initial, entities: [{ table: 'facts' }], apply: { batch: 500 } },
  });
}

/** In the short form every third one. */
function some<T>(points: readonly T[]): readonly T[] {
  return points.filter((_, at) => inFull || at % 3 === 0);
}

/** Met before anything is read. */
const firstStart: readonly FaultPoint[] = ['prepare.mongodb', 'prepare.sql', 'start.position-stored'];
const takingOver: readonly FaultPoint[] = ['start.taken-over-sql', 'start.taken-over'];
const loading = faultPoints.filter((point) => point.startsWith('load.'));
const saving = faultPoints.filter((point) => point.startsWith('save.'));
/** Met when a person gives up a dead letter: see dead-letters.test.ts. */
const givingUp = faultPoints.filter((point) => point.startsWith('discard.'));
const others = [...firstStart, ...takingOver, ...loading, ...saving, ...givingUp];
const working = faultPoints.filter((point) => !others.includes(point));

/** Which time it is killed: later ones meet state that earlier ones left. */
const times: Partial<Record<FaultPoint, number>> = {
  'batch.before-commit': 20,
  'batch.after-commit': 20,
  'advance.after-commit': 2,
  'settle.after-mongodb': 3,
  'settle.after-sql': 3,
};

async function killedAt(
  rig: Rig,
  fault: NonNullable<ChildOptions['fault']>,
  options: Omit<ChildOptions, 'fault'> = {},
): Promise<void> {
  const child = await startChild(rig, { ...options, fault });
  await waitFor(() => child.process.exitCode !== null || child.process.signalCode !== null, {
    what: `the end at ${fault}; it said: ${child.said()}`,
    limitMs: 30_000,
  });
  expect({ ...(await child.ended), said: child.said() }).toMatchObject({ code: null, signal: 'SIGKILL' });
}

/** Users go on for a while. */
async function more(history: History): Promise<void> {
  const { sql, mongodb } = history.written;
  await waitFor(() => history.written.sql > sql + 20 && history.written.mongodb > mongodb + 20, {
    what: 'more writes',
    limitMs: 20_000,
  });
}

/**
 * Users go on after a kill. MongoDB keeps the documents of a dead process' transaction until its time is up or a successor
 * ends it, so a user there may have to wait for the next start; PostgreSQL lets go at once.
 */
async function moreAfterKill(history: History): Promise<void> {
  const { sql } = history.written;
  await waitFor(() => history.written.sql > sql + 20, { what: 'more writes on PostgreSQL', limitMs: 20_000 });
}

/** Both sides equal, every write accounted for, no record written more often than users wrote, every conflict closed, once. */
async function expectWhole(
  rig: Rig,
  sync: StartedSync,
  { history, logs, planted = 0 }: { history: History; logs: LogCounter; planted?: number },
): Promise<void> {
  await history.rest();
  await expectEqual(rig, sync, [facts]);
  expect(await history.lost()).toEqual([]);
  const { sql, mongodb } = await logs.count();
  expect(sql + mongodb).toBeLessThanOrEqual(2 * (history.written.sql + history.written.mongodb) + planted);
  const conflicts = await conflictsOf(rig);
  expect(new Set(conflicts.map(({ conflictId }) => conflictId)).size).toBe(conflicts.length);
  expect(conflicts.filter(({ state }) => state === 'propagating' || state === 'pending')).toEqual([]);
  await sync.stop();
}

/** Each statement of the preparation is a place of its own. */
const firstStarts = [
  ...[1, 2, 4].flatMap((time) => [`prepare.mongodb:${time}`, `prepare.sql:${time}`] as const),
  'start.position-stored',
] as const;

test.each(some(firstStarts))('killed at %s, before anything is read', async (fault) => {
  const rig = await openRig('none');
  await killedAt(rig, fault);
  const sync = await rig.start();
  const logs = await countLogs(rig, ['facts']);
  const history = writeHistory(rig, { seed: 3, records, deletes: 10, pauseMs });
  await more(history);
  await expectWhole(rig, sync, { history, logs });
});

test.each(takingOver)('killed at %s, while the predecessor works', async (point) => {
  const rig = await openRig('none');
  const predecessor = await rig.start();
  const logs = await countLogs(rig, ['facts']);
  const history = writeHistory(rig, { seed: 5, records, deletes: 10, pauseMs });
  await more(history);
  await killedAt(rig, point);
  await moreAfterKill(history);
  await predecessor.stop().catch(() => undefined);
  const sync = await rig.start();
  await more(history);
  await expectWhole(rig, sync, { history, logs });
});

test.each(some(working))('killed at %s, under writers on both sides', async (point) => {
  const rig = await openRig('none');
  const first = await rig.start();
  const logs = await countLogs(rig, ['facts']);
  const pace = restless.includes(point) ? {} : { pauseMs };
  const history = writeHistory(rig, { seed: 7, records, deletes: 10, ...pace });
  await more(history);
  await first.stop();
  await killedAt(rig, `${point}:${times[point] ?? 1}`);
  await moreAfterKill(history);
  const sync = await rig.start();
  await more(history);
  await expectWhole(rig, sync, { history, logs });
});

test.each(saving)('killed at %s: a position that moved without a write of ours', async (point) => {
  const rig = await openRig('none');
  const first = await rig.start();
  const logs = await countLogs(rig, ['facts']);
  const history = writeHistory(rig, { seed: 17, records, deletes: 10, pauseMs });
  await more(history);
  await first.stop();
  await more(history);
  // The last thing that is read are echoes, which cause no write: only the heartbeat saves what they moved.
  await history.rest();
  await killedAt(rig, point, { engine: { heartbeatMs: 200 } });
  history.go();
  await moreAfterKill(history);
  const sync = await rig.start();
  await more(history);
  await expectWhole(rig, sync, { history, logs });
});

test.each(some(loading))('killed at %s, under writers on both sides', async (point) => {
  const rig = await openRig('sql');
  await rig.sql.query(`insert into facts select n, 'planted-' || n from generate_series(1, 4000) n`);
  await rig.db.createCollection('facts');
  const logs = await countLogs(rig, ['facts']);
  const killed = killedAt(rig, point);
  // Of SQL only: what MongoDB's users wrote before the first start is not loaded.
  await killed;
  const sync = await rig.start();
  const history = writeHistory(rig, { seed: 13, records, deletes: 10, pauseMs });
  await more(history);
  await waitFor(() => sync.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs: 30_000 });
  await expectWhole(rig, sync, { history, logs, planted: 4000 });
});

test('a process that was stopped and comes back after another one took over ends by itself (4, fenced)', async () => {
  const rig = await openRig('none');
  const first = await startChild(rig);
  const history = writeHistory(rig, { seed: 9, records, deletes: 10, pauseMs });
  await waitFor(() => history.written.sql > 50, { what: 'some writes' });
  first.signal('SIGSTOP');
  const before = history.written.sql;
  await waitFor(() => history.written.sql > before + 50, { what: 'writes while it is stopped', limitMs: 20_000 });
  const second = await rig.start();
  const later = history.written.sql;
  await waitFor(() => history.written.sql > later + 50, { what: 'writes while the second one runs', limitMs: 20_000 });
  first.signal('SIGCONT');
  expect(await first.ended).toEqual({ code: 4, signal: null });
  expect(first.said()).toContain('fenced:');
  await history.rest();
  await expectEqual(rig, second, [facts]);
  expect(await history.lost()).toEqual([]);
});

test('a second process takes over from one that runs; the first one ends by itself', async () => {
  const rig = await openRig('none');
  const first = await startChild(rig);
  const history = writeHistory(rig, { seed: 11, records, deletes: 10, pauseMs });
  await waitFor(() => history.written.sql > 50, { what: 'some writes' });
  const second = await rig.start();
  expect(await first.ended).toEqual({ code: 4, signal: null });
  await history.rest();
  await expectEqual(rig, second, [facts]);
  expect(await history.lost()).toEqual([]);
});
