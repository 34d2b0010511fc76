/** What a real server's statistics say, before and after it has counted. */
import pg from 'pg';
import { expect, it } from 'vitest';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { readStatistics } from './statistics.js';

const postgres = await testPostgres();

it('says how many rows and how long values are, once the server knows', async () => {
  const { url } = await postgres.freshDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create table plain (id int primary key, short text, long text);
      create table parted (id int primary key, note text) partition by range (id);
      create table parted_low partition of parted for values from (0) to (100);
      create table parted_high partition of parted for values from (100) to (1000)`);
    expect((await readStatistics(url, ['public'])).get('public.plain')).toEqual({
      rows: 0,
      averageBytes: new Map(),
    });
    await client.query(`
      insert into plain select n, 'ab', repeat('word ', 100) from generate_series(1, 200) n;
      insert into parted select n, 'x' from generate_series(0, 299) n`);
    // Never analysed: counted.
    expect((await readStatistics(url, ['public'])).get('public.parted')?.rows).toBe(300);
    await client.query('analyze');
    const found = await readStatistics(url, ['public']);
    const plain = found.get('public.plain');
    expect(plain?.rows).toBe(200);
    expect(plain?.averageBytes.get('short')).toBe(3);
    expect(plain?.averageBytes.get('long')).toBeGreaterThan(400);
    expect(found.get('public.parted')?.rows).toBe(300);
    expect((await readStatistics(url, ['elsewhere'])).size).toBe(0);
  } finally {
    await client.end();
  }
});
