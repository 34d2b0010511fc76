/** A change that the other side refuses, and that side changes the record as well: a conflict like any other, decided once. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const tables = ['by_sql', 'by_mongodb'] as const;
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: tables.map((one) => `create table ${one} (id int primary key, n int check (n < 100));`).join('\n'),
    config: {
      entities: [
        { table: 'by_sql', conflict: { strategy: 'prefer_sql' } },
        { table: 'by_mongodb', conflict: { strategy: 'prefer_mongodb' } },
      ],
    },
  });
  sync = await rig.start();
});

const numberOf = async (table: string): Promise<unknown> =>
  (await rig.sql.query<{ n: number }>(`select n from ${table} where id = 1`)).rows[0]?.n;

test('the refused change loses where the policy says so; else it is a dead letter that crosses once it fits', async () => {
  for (const table of tables) await rig.sql.query(`insert into ${table} values (1, 0)`);
  await settle(sync);
  for (const table of tables) await rig.db.collection(table).updateOne({ _id: 1 as never }, { $set: { n: 500 } });
  await waitFor(() => sync.status().links.mongodb_to_sql.held === tables.length, { what: 'the changes to be refused' });
  for (const table of tables) await rig.sql.query(`update ${table} set n = 7 where id = 1`);
  await waitFor(() => sync.status().deadLetters === 1, { what: 'one dead letter', limitMs: 20_000 });
  await waitFor(async () => (await conflictsOf(rig, { state: 'resolved' })).length === 2, { what: 'two decisions' });
  expect((await rig.db.collection('by_sql').findOne({ _id: 1 as never }))?.['n']).toBe(7);
  expect(await numberOf('by_mongodb')).toBe(7);
  expect(await conflictsOf(rig)).toMatchObject(
    (await conflictsOf(rig)).map(({ table }) => ({
      kind: 'write_write',
      resolution: table === 'public.by_sql' ? 'sql_wins' : 'mongo_wins',
      state: 'resolved',
    })),
  );
  await rig.db.collection('by_mongodb').updateOne({ _id: 1 as never }, { $set: { n: 50 } });
  await waitFor(() => sync.status().deadLetters === 0, { what: 'the dead letter to close', limitMs: 40_000 });
  expect(await numberOf('by_mongodb')).toBe(50);
  expect(await conflictsOf(rig)).toHaveLength(2);
  await expectEqual(
    rig,
    sync,
    tables.map((table) => ({ table, key: ['id'] })),
  );
});
