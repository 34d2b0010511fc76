/** `isthmus compare` as a process: beside a process that runs, where none runs, and where it would end another one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Long } from 'mongodb';
import { expect, test } from 'vitest';
import { runCli } from '../src/testing/cli/cli-process.js';
import { freePort } from '../src/testing/servers/free-port.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();

test('compares, ends with 1 where records differ, repairs, and never ends a process that runs', async () => {
  const rig = await rigs.open({
    schema: `create table items (id bigint primary key, name text);
      insert into items select i, 'name ' || i from generate_series(1, 300) i`,
    config: { entities: [{ table: 'items' }] },
  });
  const items = rig.db.collection<{ _id: Long; name: string }>('items');
  await items.insertMany(
    Array.from({ length: 299 }, (_, i) => ({ _id: Long.fromNumber(i + 1), name: `name ${i + 1}` })),
  );
  await items.updateOne({ _id: Long.fromNumber(5) }, { $set: { name: 'other' } });
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-compare-'));
  rig.atEnd(async () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'isthmus.yaml');
  const configFor = (port: number): void =>
    writeFileSync(file, JSON.stringify({ ...rig.config, api: { listen: `127.0.0.1:${port}` } }), { mode: 0o600 });
  const port = await freePort();
  configFor(port);

  const alone = await runCli(['compare', '-c', file]);
  expect(alone).toMatchObject({ code: 1, stderr: '' });
  expect(alone.stdout).toContain('2 records of 300 differ');
  expect(alone.stdout).toMatch(/public\.items +5 +differs: name/);
  expect(alone.stdout).toMatch(/public\.items +300 +not in MongoDB/);

  const sync = await rig.start({}, { api: { listen: `127.0.0.1:${port}` } });
  const refused = await runCli(['compare', '-c', file]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^in_use: .*--url/s);
  await sync.stop();
}, 120_000);

test('asks a process that runs', async () => {
  const rig = await rigs.open({
    schema: `create table items (id bigint primary key, name text);
      insert into items select i, 'name ' || i from generate_series(1, 300) i`,
    // So many differences would stop the writing until somebody approves: that is for another test.
    config: { entities: [{ table: 'items' }], levels: { review: 1, pause: 1 } },
  });
  await rig.db
    .collection<{ _id: Long; name: string }>('items')
    .insertMany(Array.from({ length: 100 }, (_, i) => ({ _id: Long.fromNumber(i + 1), name: `name ${i + 1}` })));
  const { start } = await import('../src/index.js');
  const sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
  const ask = (...args: string[]) => runCli(['compare', '--url', sync.url, ...args]);
  const planned = await ask('--repair', 'sql', '--dry-run', '--json');
  expect(planned.code).toBe(1);
  expect(JSON.parse(planned.stdout)).toMatchObject({ different: 200, planned: { insert: 200, update: 0, delete: 0 } });
  const repaired = await ask('--repair', 'sql');
  expect(repaired).toMatchObject({ code: 0, stderr: '' });
  expect(repaired.stdout).toContain('200 records repaired.');
  const equal = await ask('--entity', 'public.items');
  expect(equal.code).toBe(0);
  expect(equal.stdout).toContain('Both sides are equal: 300 records');
  expect((await ask('--entity', 'public.item')).stderr).toMatch(/^not_found: .*public\.items/s);
  expect((await ask('--sample', '2')).code).toBe(2);
}, 120_000);
