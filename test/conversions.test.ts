/**
 * A value of another type that means the same crosses as what the column holds, stays as its user wrote it, and neither comes
 * back nor collides: counted in both databases' own logs.
 */
import { Decimal128, type Document, Double, Int32, Long } from 'mongodb';
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { countLogs, type LogCounter } from './log-counts.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;
let logs: LogCounter;

beforeAll(async () => {
  rig = await rigs.open({
    schema: `
      create table contacts (id int primary key, phone text, price numeric, visits int, active bool, at timestamptz, note text);
      insert into contacts select n, 'first', 0, 0, false, '2024-01-01Z', 'first' from generate_series(1, 4) n;`,
    config: { initial: 'sql', entities: [{ table: 'contacts', conflict: { strategy: 'manual' } }] },
  });
  sync = await rig.start();
  await settle(sync);
  logs = await countLogs(rig, ['contacts']);
});

/** A user's document may have been written by a program that knows no such types. */
const loose: Document = {
  phone: Long.fromString('5551234'),
  price: '12.50',
  visits: new Double(7),
  active: 'true',
  at: '2024-02-03T04:05:06Z',
};
const strict = {
  phone: '5551234',
  // A scale of its own is not crossed: 12.50 and 12.5 are one value.
  price: '12.5',
  visits: 7,
  active: true,
  at: new Date('2024-02-03T04:05:06Z'),
};

async function row(id: number): Promise<object | undefined> {
  const { rows } = await rig.sql.query<object>('select phone, price, visits, active, at from contacts where id = $1', [
    id,
  ]);
  return rows[0];
}

const typed = { promoteValues: false, projection: { _id: 0, note: 0 } } as const;
const document = (id: number): Promise<Document | null> =>
  rig.db.collection('contacts').findOne({ _id: id as never }, typed);
const setMongo = (id: number, set: Document) => () =>
  rig.db.collection('contacts').updateOne({ _id: id as never }, { $set: set });

/** What the two logs have got since the last look. */
async function written(): Promise<{ sql: number; mongodb: number }> {
  const before = { ...last };
  last = await logs.count();
  return { sql: last.sql - before.sql, mongodb: last.mongodb - before.mongodb };
}
let last = { sql: 0, mongodb: 0 };

test('MongoDB’s numbers, strings and doubles become what the columns hold, in one write, and stay as they were written', async () => {
  await setMongo(1, loose)();
  await settle(sync);
  expect(await row(1)).toEqual(strict);
  expect(await document(1)).toMatchObject({ phone: loose['phone'] as Long, price: '12.50', active: 'true' });
  expect(await written()).toEqual({ sql: 1, mongodb: 1 });
});

test('a change of another field leaves them alone', async () => {
  await rig.sql.query(`update contacts set note = 'from sql' where id = 1`);
  await settle(sync);
  expect((await rig.db.collection('contacts').findOne({ _id: 1 as never }))?.['note']).toBe('from sql');
  expect(await document(1)).toMatchObject({ phone: loose['phone'] as Long, price: '12.50', visits: new Double(7) });
  await setMongo(1, { note: 'from mongodb' })();
  await settle(sync);
  expect(await row(1)).toEqual(strict);
  expect(await written()).toEqual({ sql: 2, mongodb: 2 });
});

test('the same value in another type is no change: nothing is written for it', async () => {
  await setMongo(1, { phone: '5551234', price: Decimal128.fromString('12.5'), visits: Long.fromNumber(7) })();
  await rig.sql.query(`update contacts set price = 12.500 where id = 1`);
  await settle(sync);
  expect(await written()).toEqual({ sql: 1, mongodb: 1 });
});

test('what SQL writes next has the column’s own type', async () => {
  await setMongo(2, loose)();
  await settle(sync);
  await rig.sql.query(`update contacts set phone = '777', price = 3.25, visits = 8 where id = 2`);
  await settle(sync);
  expect(await document(2)).toMatchObject({
    phone: '777',
    price: Decimal128.fromString('3.25'),
    visits: new Int32(8),
    active: 'true',
  });
  expect(await written()).toEqual({ sql: 2, mongodb: 2 });
});

test('both sides write the same value, each in a type of its own: they agree', async () => {
  await atOnce(
    sync,
    () => rig.sql.query(`update contacts set phone = '5551234', price = 12.5 where id = 3`),
    setMongo(3, { phone: 5551234, price: '12.500' }),
  );
  expect(await document(3)).toMatchObject({ phone: new Int32(5551234), price: '12.500' });
  expect(await written()).toEqual({ sql: 1, mongodb: 1 });
});

test('at the end there was no conflict, and both sides are equal', async () => {
  expect(await conflictsOf(rig)).toEqual([]);
  const { different } = await sync.compare();
  expect(different).toBe(0);
  // The comparison that knows no types takes the documents as they are, so only what nobody wrote in another type.
  await expectEqual(rig, sync, [{ table: 'contacts', key: ['id'], except: ['1', '2', '3'] }]);
  expect(await written()).toEqual({ sql: 0, mongodb: 0 });
});
