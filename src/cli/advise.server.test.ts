/** `advise` on real servers without a running process, and what `init` makes of the same advice. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../testing/cli/cli-process.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { freePort } from '../testing/servers/free-port.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-advise-'));
const sql = await (await testPostgres()).freshDatabase();
const mongo = testMongo().freshDatabase();
const driver = new MongoClient(mongo.url);
const env = { SQL_URL: sql.url, MONGODB_URL: mongo.url };
const api = `api: { listen: "127.0.0.1:${await freePort()}" }`;
const conflicts = driver.db('sync_metadata').collection<{ _id: string }>('conflicts');

const cli = (...args: string[]) => runCli(args, { env, cwd: folder });

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const head = `name: ${sql.name}\nsql: { url: "\${SQL_URL}" }\nmongodb: { url: "\${MONGODB_URL}", database: ${mongo.name} }\n${api}\n`;

beforeAll(async () => {
  const client = new pg.Client({ connectionString: sql.url });
  await client.connect();
  await client.query(`
    create table users (id serial primary key, name text not null, bio text, answer text, tags text[], visits int);
    create table accounts (id uuid primary key, balance numeric(12,2));
    create table orders (id uuid primary key, total numeric(12,2), status text);
    create table nokey (a int);
    insert into users (name, answer) select 'u' || n, repeat('long ', 80) from generate_series(1, 1000) n;
    insert into accounts select gen_random_uuid(), n from generate_series(1, 1000) n;
    analyze`);
  await client.end();
  const found = (table: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      _id: `${sql.name}/${table}/${index}`,
      name: sql.name,
      table: `public.${table}`,
      kind: 'write_write',
      strategy: 'lww',
      state: 'resolved',
      resolvedBy: 'policy',
      created_at: new Date(),
      resolvedAt: new Date(),
    }));
  await conflicts.insertMany([...found('users', 1), ...found('accounts', 2)]);
});

afterAll(async () => {
  await conflicts.deleteMany({ name: sql.name });
  await driver.close();
  rmSync(folder, { recursive: true });
});

it('proposes by schema, conflicts on record and criticality; what it prints can be pasted', async () => {
  const entities = `entities:
  - { table: users, criticality: high, fields: { name: fullName } }
  - { table: accounts, criticality: high }
  - { table: nokey }
  - { table: public.* }
`;
  const config = write('now.yaml', head + entities);
  const { code, stdout, stderr } = await cli('advise', '-c', config);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('# public.users: 1 conflict, 0.1 % of 1,000 records; criticality high; now lww');
  expect(stdout).toContain('# left out: public.nokey has no primary key');
  const pasted = write('pasted.yaml', head + stdout);
  const again = await cli('advise', '-c', pasted, '--json');
  expect([again.code, again.stderr]).toEqual([0, '']);
  const { tables } = JSON.parse(again.stdout) as { tables: readonly Record<string, unknown>[] };
  expect(tables).toMatchObject([
    {
      table: 'public.users',
      now: 'merge',
      criticality: 'high',
      conflict: {
        strategy: 'merge',
        insert: 'manual',
        fields: { name: 'lww', bio: 'text', answer: 'text', tags: 'set', visits: 'counter' },
      },
    },
    { table: 'public.accounts', now: 'manual', conflict: { strategy: 'manual', delete: 'manual' } },
    { table: 'public.orders', now: 'lww', conflict: { strategy: 'lww' }, rate: null },
  ]);
  expect(tables[1]).toMatchObject({ rate: { of: 'records', conflicts: 2, total: 1000, value: 0.002 } });
});

it('init writes the advice into the commented configuration, and `check` takes it', async () => {
  const file = join(folder, 'isthmus.yaml');
  const { code } = await cli(
    ...['init', '--sql', sql.url, '--mongodb', mongo.url, '--database', mongo.name, '--name', sql.name, '-o', file],
  );
  expect(code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/bio: text +# prose/);
  expect(text).toContain('insert: manual # a sequence makes the key');
  const { findings } = JSON.parse((await cli('check', '-c', file, '--json')).stdout) as {
    findings: readonly { id: string; state: string }[];
  };
  const users = findings.filter(({ id }) => id.endsWith('public.users'));
  expect(users.some(({ id, state }) => id === 'mapping.public.users' && state === 'ok')).toBe(true);
  expect(users.filter(({ state }) => state === 'failed')).toEqual([]);
});
