/** Rows of hundreds of kilobytes, many in one transaction: batches are bounded by their size, not only by their number. */
import { expect, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { expectEqual, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const many = inFull ? 800 : 200;
const documents = inFull ? 300 : 100;
/** Text that does not compress to nothing. */
const body = (n: string): string =>
  `(select string_agg(md5(${n}::text || m::text), '') from generate_series(1, 6000) m)`;

test(`${many} rows of 190 kB in one transaction cross from SQL, ${documents} such documents one by one from MongoDB`, async () => {
  const rig = await rigs.open({
    schema: 'create table pages (id int primary key, body text);',
    config: { entities: [{ table: 'pages' }] },
  });
  const sync = await rig.start();
  await rig.sql.query(`insert into pages select n, ${body('n')} from generate_series(1, ${many}) n`);
  await settle(sync, 60_000);
  expect(await rig.db.collection('pages').countDocuments()).toBe(many);
  const text = 'ab0 '.repeat(48_000);
  for (let n = 0; n < documents; n += 50) {
    const some = Array.from({ length: 50 }, (_, i) => ({ _id: (many + n + i + 1) as never, body: `${n + i} ${text}` }));
    await rig.db.collection('pages').insertMany(some);
  }
  await settle(sync, 60_000);
  await expectEqual(rig, sync, [{ table: 'pages', key: ['id'] }]);
  expect(sync.status()).toMatchObject({ state: 'running', deadLetters: 0, conflicts: { total: 0 } });
  await rig.sql.query('delete from pages');
  await settle(sync, 60_000);
  expect(await rig.db.collection('pages').countDocuments()).toBe(0);
}, 180_000);
