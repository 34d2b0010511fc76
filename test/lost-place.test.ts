/** A log has forgotten the sync's place: it stops, and the way of docs/runbook.md leads back, with every difference found. */
import { expect, test } from 'vitest';
import { teardownBoth } from '../src/app/prepare.js';
import { silentLogger } from '../src/base/logger.js';
import { configFrom } from '../src/config/load.js';
import { expectEqual, settle, testRigs } from './rig.js';

const rigs = await testRigs();

test('after a lost slot: teardown, run without filling, a load of each table', async () => {
  const rig = await rigs.open({
    schema: 'create table parts (id int primary key, n int);',
    config: { entities: [{ table: 'parts', conflict: { strategy: 'prefer_sql' } }] },
  });
  const parts = rig.db.collection<{ _id: number; n: number }>('parts');
  const first = await rig.start();
  await rig.sql.query('insert into parts select i, 0 from generate_series(1, 20) i');
  await settle(first);
  await first.stop();
  await rig.sql.query('select pg_drop_replication_slot($1)', [`isthmus_${rig.name}`]);
  await rig.sql.query('update parts set n = 1 where id <= 5');
  await rig.sql.query('insert into parts values (21, 1)');
  await expect(rig.start()).rejects.toMatchObject({ code: 'slot_lost' });
  await teardownBoth(configFrom(rig.config), { dryRun: false, onStatement: () => {}, log: silentLogger });
  const again = await rig.start();
  await settle(again);
  expect((await again.compare()).different).toBe(6);
  await again.load('public.parts', 'sql');
  await settle(again, 60_000);
  expect(await parts.countDocuments({ n: 1 })).toBe(6);
  await expectEqual(rig, again, [{ table: 'parts', key: ['id'] }]);
});
