/** Every field rule and an application's own version vector, on real servers: one record a case, all changed on both sides at once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal128 } from 'mongodb';
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { type Case, type Column, cases, columns, type Row } from './field-rules-cases.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-rules-'));
  const module = join(folder, 'mean.mjs');
  await writeFile(module, 'export default ({ sql, mongodb }) => String((Number(sql) + Number(mongodb)) / 2);');
  const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  rig = await rigs.open({
    schema: ['ruled', 'versioned'].map((table) => `create table ${table} (id int primary key, ${list});`).join('\n'),
    config: {
      entities: [
        {
          table: 'ruled',
          conflict: {
            strategy: 'merge',
            fields: {
              owner: 'prefer_sql',
              alias: 'prefer_mongodb',
              nick: 'prefer_non_null',
              list: 'merge_array',
              settings: 'merge_object',
              seen: 'lww',
              top: 'max',
              low: 'min',
              bio: 'text',
              amount: 'counter',
              labels: 'set',
              price: { flag: 'price_source', sql: ['manual'], mongodb: ['computed'] },
              score: { custom: module },
            },
          },
        },
        { table: 'versioned', conflict: { strategy: 'version_vector', vector: 'clock' } },
      ],
    },
  });
  rig.atEnd(() => rm(folder, { recursive: true, force: true }));
  sync = await rig.start();
  for (const [id, { table }] of cases.entries()) await rig.sql.query(`insert into ${table} (id) values ($1)`, [id]);
  await changeSql(cases, ({ base }) => base);
  await settle(sync);
  await atOnce(
    sync,
    () => changeSql(cases, ({ sql, sqlLater }) => (sqlLater ? {} : sql)),
    async () => {
      for (const [id, { table, mongodb }] of cases.entries())
        await rig.db.collection(table).updateOne({ _id: id as never }, { $set: mongodb });
    },
    () => changeSql(cases, ({ sql, sqlLater }) => (sqlLater ? sql : {})),
  );
});

async function changeSql(all: readonly Case[], rowOf: (one: Case) => Row): Promise<void> {
  for (const [id, one] of all.entries()) {
    const row = Object.entries(rowOf(one)) as [Column, unknown][];
    if (row.length === 0) continue;
    const set = row.map(([column], index) => `${column} = $${index + 2}`).join(', ');
    const values = row.map(([column, value]) =>
      columns[column] === 'jsonb' ? JSON.stringify(value) : value instanceof Decimal128 ? value.toString() : value,
    );
    await rig.sql.query(`update ${one.table} set ${set} where id = $1`, [id, ...values]);
  }
}

/** Decimals as their text, which tells apart what a double would not. */
function image(row: Row, names: readonly string[]): unknown {
  const text = (value: unknown): unknown => (value instanceof Decimal128 ? value.toString() : (value ?? null));
  return Object.fromEntries(names.map((name) => [name, text(row[name as Column])]));
}

test.each(cases.map((one, id) => ({ ...one, id })))(
  '$table: $what',
  async ({ id, table, ends, resolution, fields }) => {
    const names = Object.keys(ends);
    const { rows } = await rig.sql.query<Row>(`select *, low::text as low from ${table} where id = $1`, [id]);
    const document = await rig.db.collection(table).findOne({ _id: id as never });
    const expected = image(ends, names);
    expect({ sql: image(rows[0] ?? {}, names), mongodb: image((document ?? {}) as Row, names) }).toEqual({
      sql: expected,
      mongodb: expected,
    });
    const found = await conflictsOf(rig, { table: `public.${table}`, key: id });
    expect(found.map(({ kind, state, strategy, resolution: by }) => ({ kind, state, strategy, by }))).toEqual([
      {
        kind: 'write_write',
        state: 'resolved',
        strategy: table === 'ruled' ? 'merge' : 'version_vector',
        by: resolution ?? 'merged',
      },
    ]);
    expect(found[0]?.['fields']).toEqual(fields);
  },
);

test('both sides are equal, with one conflict for each record', async () => {
  expect(await conflictsOf(rig)).toHaveLength(cases.length);
  // The comparison that knows no types prints a JSON array like an array; its own case has looked at it.
  const except = cases.flatMap(({ ends }, id) => ('labels' in ends ? [String(id)] : []));
  await expectEqual(rig, sync, [
    { table: 'ruled', key: ['id'], except },
    { table: 'versioned', key: ['id'] },
  ]);
});
