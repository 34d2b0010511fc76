/** Array parameters as a real server reads them. */
import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { textArray } from './text-array.js';

const postgres = await testPostgres();

test('any texts arrive as they are', async () => {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const text = fc.oneof(
    fc.constantFrom('', 'NULL', 'null', '{}', '"', '\\', ' a ', 'a,b', '\\"', '\n', '1.5e+3', "'"),
    fc.string({ unit: 'binary' }).filter((each) => !each.includes('\u0000')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text, { nil: null }), { maxLength: 30 }), async (values) => {
      const { rows } = await client.query({
        text: 'select w from unnest($1::text[]) with ordinality as u(w, i) order by i',
        values: [textArray(values)],
      });
      expect(rows.map((row: { w: string | null }) => row.w)).toEqual(values);
    }),
    { numRuns: 200 },
  );
  await client.end();
});
