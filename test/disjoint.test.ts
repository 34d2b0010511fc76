/** Two sides that never touch the same record: no conflict, one write of ours for each of theirs, and then silence. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import { expect, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { countLogs } from './log-counts.js';
import { conflictsOf, expectEqual, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const transactionsPerSide = inFull ? 50_000 : 20_000;
const records = 2000;
/** How long nothing may happen before the logs count as silent: this is what is measured, not a wait for something. */
const silenceMs = 3000;

test(`0 conflicts in ${2 * transactionsPerSide} transactions, at most one write of ours for each, and both logs fall silent`, async () => {
  const rig = await rigs.open({
    schema: 'create table counters (id int primary key, n bigint not null, note text)',
    config: { entities: [{ table: 'counters' }] },
  });
  const sync = await rig.start();
  const counters = rig.db.collection('counters');
  await rig.sql.query(`insert into counters select n, 0, 'of sql' from generate_series(2, ${records}, 2) n`);
  await counters.insertMany(
    Array.from({ length: records / 2 }, (_, at) => ({ _id: (at * 2 + 1) as never, n: 0, note: 'of mongodb' })),
  );
  await settle(sync, 30_000);
  const logs = await countLogs(rig, ['counters']);

  await Promise.all([writeSql(), writeMongo()]);
  await settle(sync, 120_000);
  expect(await conflictsOf(rig)).toEqual([]);
  const counted = await logs.count();
  // Theirs, and at most one of ours for each of the other side's.
  expect(counted.sql).toBeGreaterThan(transactionsPerSide);
  expect(counted.mongodb).toBeGreaterThan(transactionsPerSide);
  expect(counted.sql).toBeLessThanOrEqual(2 * transactionsPerSide);
  expect(counted.mongodb).toBeLessThanOrEqual(2 * transactionsPerSide);
  await pause(silenceMs);
  expect(await logs.count()).toEqual(counted);
  await expectEqual(rig, sync, [{ table: 'counters', key: ['id'] }]);
  const { rows } = await rig.sql.query<{ n: string }>('select sum(n) as n from counters');
  expect(Number(rows[0]?.n)).toBe(2 * transactionsPerSide);

  /** Each statement of the procedure commits by itself: many transactions a round trip. */
  async function writeSql(): Promise<void> {
    await rig.sql.query(`create procedure work(from_n int, to_n int) language plpgsql as $$
      begin
        for i in from_n..to_n loop
          update counters set n = n + 1 where id = 2 * (1 + i % ${records / 2});
          commit;
        end loop;
      end $$`);
    const step = 1000;
    for (let at = 0; at < transactionsPerSide; at += step) await rig.sql.query(`call work(${at}, ${at + step - 1})`);
  }

  /** Outside of a transaction each write of a bulk commits by itself. */
  async function writeMongo(): Promise<void> {
    const step = 1000;
    for (let at = 0; at < transactionsPerSide; at += step) {
      const writes: AnyBulkWriteOperation<Document>[] = Array.from({ length: step }, (_, n) => ({
        updateOne: { filter: { _id: (2 * ((at + n) % (records / 2)) + 1) as never }, update: { $inc: { n: 1 } } },
      }));
      await counters.bulkWrite(writes, { ordered: false });
    }
  }
});
