/** What a real server's catalog tells of columns that were added later. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { silentLogger } from '../base/logger.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { readCatalog } from './catalog.js';

const postgres = await testPostgres();

const later = `add flag bool not null default true, add price numeric(8,2) default 1.50,
  add words text[] default '{"a b",NULL}', add at timestamptz default '2026-01-02 03:04:05.678Z', add plain int`;

test('what rows got that stood before a column was added, as the values of its type', async () => {
  const { url } = await postgres.freshDatabase();
  const user = new pg.Client({ connectionString: url });
  await user.connect();
  await user.query(
    `create table kept (own text default 'not added'); insert into kept values ('a'); alter table kept ${later}`,
  );
  // A default that differs from row to row has the table written anew, and the server forgets all of them.
  await user.query(`create table rewritten (own text); insert into rewritten values ('a');
    alter table rewritten ${later}, add drawn float8 default random()`);
  await user.end();
  const tables = await readCatalog({ url, schemas: ['public'], log: silentLogger });
  const [kept, rewritten] = tables.map(({ columns }) => columns.map(({ addedWith }) => addedWith));
  expect(kept).toEqual([null, 'true', '1.5', '["a b",null]', '2026-01-02T03:04:05.678Z', null]);
  expect(rewritten).toEqual([null, null, null, null, null, null, null]);
});
