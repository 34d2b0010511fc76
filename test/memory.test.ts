/** Memory stays bounded: a long backlog, a kill in the middle of it, one huge transaction. With ISTHMUS_FULL=1 at full size. */
import { expect, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const full = process.env['ISTHMUS_FULL'] === '1';
const backlog = full ? 2_000_000 : inFull ? 200_000 : 80_000;
const hugeTransaction = full ? 1_000_000 : 100_000;
const limitMb = 400;
const limitMs = full ? 900_000 : 120_000;
const records = backlog / 10;

/** Highest resident memory until the condition holds. */
async function peakUntil(child: ChildSync, what: string, condition: () => Promise<boolean>): Promise<number> {
  let peak = 0;
  await waitFor(
    async () => {
      peak = Math.max(peak, child.residentMb() ?? 0);
      return condition();
    },
    { what, limitMs, everyMs: 50 },
  );
  return peak;
}

async function openRig(): Promise<Rig> {
  return rigs.open({
    schema: `create table rows (id int primary key, n int, title text, body text)`,
    config: { entities: [{ table: 'rows' }] },
  });
}

const insert = (count: number): string =>
  `insert into rows select n, 0, 'title ' || n, repeat('body ', 20) from generate_series(1, ${count}) n`;

test(`a backlog of ${backlog} changes, with a kill in the middle, under ${limitMb} MB`, {
  timeout: limitMs * 2,
}, async () => {
  const rig = await openRig();
  const first = await rig.start();
  await first.stop();
  await rig.sql.query(insert(records));
  // Nine times more than there are records, in transactions of a thousand.
  await rig.sql.query(`do $$ begin
    for round in 1..9 loop
      for at in 0..${records / 1000 - 1} loop
        update rows set n = round where id > at * 1000 and id <= (at + 1) * 1000;
        commit;
      end loop;
    end loop;
  end $$`);
  const rows = rig.db.collection('rows');
  const killed = await startChild(rig);
  const peakBefore = await peakUntil(
    killed,
    'some of the backlog to cross',
    async () => (await rows.countDocuments({ n: { $gt: 2 } })) > 0,
  );
  killed.signal('SIGKILL');
  await killed.ended;
  const child = await startChild(rig);
  const peak = await peakUntil(
    child,
    'all of the backlog to cross',
    async () => (await rows.countDocuments({ n: 9 })) === records,
  );
  expect(Math.max(peakBefore, peak)).toBeLessThan(limitMb);
  expect(peak).toBeGreaterThan(0);
  await child.stop();
});

test(`one transaction of ${hugeTransaction} rows under ${limitMb} MB`, { timeout: limitMs }, async () => {
  const rig = await openRig();
  const child = await startChild(rig);
  await rig.sql.query(insert(hugeTransaction));
  const peak = await peakUntil(
    child,
    'the transaction to cross',
    async () => (await rig.db.collection('rows').countDocuments()) === hugeTransaction,
  );
  expect(peak).toBeLessThan(limitMb);
  expect(await child.stop()).toEqual({ code: 0, signal: null });
});
