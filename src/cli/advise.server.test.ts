/** `advise` on real servers without a running process, and what `init` makes of the same advice. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMapping } from '../app/read-schema.js';
import { systemClock } from '../base/clock.js';
import { loadConfig } from '../config/load.js';
import type { ConflictRecord } from '../model/conflict.js';
import type { State } from '../model/record.js';
import { openMongo } from '../mongodb/open.js';
import { runCli } from '../testing/cli/cli-process.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { freePort } from '../testing/servers/free-port.js';
import { makeTerminal } from './terminal.js';
import { makeLogger } from './terminal-logger.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-advise-'));
const sql = await (await testPostgres()).freshDatabase();
const mongo = testMongo().freshDatabase();
const driver = new MongoClient(mongo.url);
const env = { SQL_URL: sql.url, MONGODB_URL: mongo.url };
const log = makeLogger(makeTerminal({ stdout: process.stdout, stderr: process.stderr, env: {} }), 'error');
const api = `api: { listen: "127.0.0.1:${await freePort()}" }`;
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
  await record();
});

/** One conflict of users and two of accounts, as a sync would have left them. */
async function record(): Promise<void> {
  const config = loadConfig(
    write('record.yaml', `${head}entities: [{ table: users, fields: { name: fullName } }, { table: accounts }]\n`),
    env,
  );
  const { entities } = await readMapping(config, { log });
  const side = await openMongo({ ...mongo, database: mongo.name, name: sql.name, entities, log, clock: systemClock });
  const one = (table: string, key: string, [base, left, right]: readonly [State, State, State]): ConflictRecord => ({
    type: 'conflict',
    id: `${sql.name}/${table}/${key}`,
    entity: `public.${table}`,
    key,
    kind: 'write_write',
    base,
    sql: { state: left, raw: null, time: null, version: { sql: '', mongodb: '' } },
    mongodb: { state: right, raw: null, time: null, version: { sql: '', mongodb: '' } },
    resolution: 'sql_wins',
    decision: left,
    strategy: 'lww',
    fields: {},
    reason: null,
    state: 'resolved',
    createdAt: Date.now(),
    resolvedAt: Date.now(),
    resolvedBy: 'policy',
  });
  try {
    await side.conflicts.savePending([
      // Both changed the name and the bio; SQL alone the tags.
      one('users', '7', [
        ['u7', null, null, null, '1'],
        ['of sql', 'of sql', null, '["a"]', '1'],
        ['of mongodb', 'of mongodb', null, null, '1'],
      ]),
      one('accounts', '00000000-0000-4000-8000-000000000001', [['1'], ['2'], ['3']]),
      one('accounts', '00000000-0000-4000-8000-000000000002', [['1'], ['2'], null]),
    ]);
  } finally {
    await side.close();
  }
}

afterAll(async () => {
  await driver.db('sync_metadata').collection('conflicts').deleteMany({ name: sql.name });
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
  expect(stdout).toMatch(/name: lww +# the later write; collided once\n/);
  expect(stdout).toMatch(/tags: set +# [^;]*\n/);
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
