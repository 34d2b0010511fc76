/** A column is added while both sides are in step: it is loaded, nothing is invented, later changes of it cross. */
import { expect, test } from 'vitest';
import { start } from '../src/index.js';
import { conflictsOf, expectEqual, settle, testRigs } from './rig.js';

const rigs = await testRigs();

test('a new column with a default is loaded, under writes of both sides before and after, without a conflict', async () => {
  const rig = await rigs.open({
    schema: `create table items (id int primary key, v text); insert into items select i, 'v' || i from generate_series(1, 300) as i`,
    config: { entities: [{ table: 'items' }], initial: 'sql', apply: { batch: 20 } },
  });
  const pair = { table: 'items', key: ['id'] };
  const items = rig.db.collection<{ _id: number }>('items');
  let sync = await rig.start();
  await expectEqual(rig, sync, [pair]);
  await sync.stop();

  await rig.sql.query(`update items set v = 'before' where id between 1 and 20`);
  await items.updateMany({ _id: { $gt: 20, $lte: 40 } }, { $set: { v: 'document' } });
  await rig.sql.query(`alter table items add column grade int not null default 5`);
  await rig.sql.query(`update items set v = 'after' where id between 10 and 15 or id between 41 and 60`);
  await rig.sql.query(
    `update items set grade = 6 where id between 61 and 70; insert into items values (301, 'new', 7)`,
  );

  sync = await rig.start();
  await items.updateMany({ _id: { $gt: 200, $lte: 300 } }, { $set: { v: 'while it loads' } });
  // The default alone is no wish that stands against a deletion, wherever the load has come to.
  for (let id = 71; id <= 99; id++) await items.deleteOne({ _id: id });
  await rig.sql.query(`update items set v = 'while it loads' where id between 100 and 200`);
  await expectEqual(rig, sync, [pair]);
  expect(await conflictsOf(rig)).toEqual([]);
  expect(await items.countDocuments({ grade: 5 })).toBe(261);

  await items.updateOne({ _id: 250 }, { $set: { grade: 9 } });
  await settle(sync);
  const { rows } = await rig.sql.query<{ grade: number }>('select grade from items where id = 250');
  expect(rows).toEqual([{ grade: 9 }]);
});

test('a table that is added to the configuration later is loaded when the sync starts again', async () => {
  const rig = await rigs.open({
    schema: `create table first (id int primary key); create table second (id int primary key, v text); insert into second values (1, 'a'), (2, 'b')`,
    config: { entities: [{ table: 'first' }], initial: 'sql' },
  });
  const before = await rig.start();
  await settle(before);
  await before.stop();
  const sync = await start({ ...rig.config, entities: [{ table: 'first' }, { table: 'second' }] }, { api: false });
  rig.atEnd(() => sync.stop());
  await expectEqual(rig, sync, [{ table: 'second', key: ['id'] }]);
  expect(await rig.db.collection('second').countDocuments()).toBe(2);
});
