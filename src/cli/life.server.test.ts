/** The commands on real servers, as real processes, in the order in which a person meets them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, runCli } from '../testing/cli/cli-process.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { freePort } from '../testing/servers/free-port.js';
import { waitFor } from '../testing/wait-for.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-life-'));
const postgres = await testPostgres();
const sql = await postgres.freshDatabase();
const mongo = testMongo().freshDatabase();
const client = new pg.Client({ connectionString: sql.url });
const driver = new MongoClient(mongo.url);
const env = { SQL_URL: sql.url, MONGODB_URL: mongo.url };
const config = join(folder, 'isthmus.yaml');
const url = `http://127.0.0.1:${await freePort()}`;

const cli = (...args: string[]) => runCli(args, { env, cwd: folder });

beforeAll(async () => {
  await client.connect();
  await client.query(`
    create table users (id int primary key, name text not null, tags text[]);
    create table counters (id serial primary key, value int);
    create table nokey (a int);
    create table shapes (id uuid primary key, area box, twice int generated always as (2) stored);
    insert into users select n, 'user ' || n, array['a'] from generate_series(1, 500) n`);
});

afterAll(async () => {
  await client.end();
  await driver.close();
  rmSync(folder, { recursive: true });
});

describe('from an empty folder to a running sync and back', () => {
  it('init writes a configuration without secrets, and does not overwrite one', async () => {
    const init = ['init', '--sql', sql.url, '--mongodb', mongo.url, '--database', mongo.name, '--name', sql.name];
    const first = await cli(...init);
    expect([first.code, first.stdout]).toEqual([0, '']);
    const text = readFileSync(config, 'utf8');
    expect(text).toContain('table: public.users');
    expect(text).toContain('# - table: public.nokey');
    expect(text).toContain('# generated, so left out: twice');
    expect(text).toContain('A sequence makes the key');
    expect(text).not.toContain(new URL(sql.url).password);
    expect((await cli(...init)).code).toBe(2);
    writeFileSync(config, text.replace('127.0.0.1:7070', url.slice('http://'.length)));
  });

  it('check says what fails before, with what mends it, and changes nothing', async () => {
    const { code, stdout } = await cli('check', '--json');
    const report = JSON.parse(stdout) as {
      ok: boolean;
      findings: { id: string; state: string; what: string; remedy: string | null }[];
    };
    expect(report.findings.find(({ id }) => id === 'mapping.public.users')?.state).toBe('ok');
    expect(report.findings.find(({ id }) => id === 'sequence_key.public.counters')?.state).toBe('warning');
    for (const { state, remedy } of report.findings) expect(remedy === null).toBe(state === 'ok');
    expect(code).toBe(report.ok ? 0 : 1);
    expect(
      (await client.query(`select 1 from pg_replication_slots where slot_name like '%' || $1`, [sql.name])).rowCount,
    ).toBe(0);
  });

  it('check ends with 1 and names every table that cannot be synced', async () => {
    const bad = join(folder, 'bad.yaml');
    const list = ['public.usrs', 'public.nokey', 'public.users'].map((table) => `  - table: ${table}`).join('\n');
    writeFileSync(
      bad,
      `name: ${sql.name}\nsql: { url: "\${SQL_URL}" }\nmongodb: { url: "\${MONGODB_URL}", database: ${mongo.name} }\nentities:\n${list}\n`,
    );
    const { code, stdout } = await cli('check', '-c', bad);
    expect(code).toBe(1);
    expect(stdout).toContain('there is no table public.usrs; did you mean "public.users"?');
    expect(stdout).toContain('public.nokey has no primary key');
    expect(stdout).toMatch(/ok\s+public\.users ↔ users/);
    const run = await cli('run', '-c', bad);
    expect([run.code, run.stderr.includes('mapping_invalid: there is no table public.usrs')]).toEqual([2, true]);
  });

  it('a wrong password ends with 2 and is not shown', async () => {
    const wrong = new URL(sql.url);
    wrong.password = 'hunter2';
    const { code, stdout, stderr } = await runCli(['check'], { env: { ...env, SQL_URL: wrong.href }, cwd: folder });
    expect(stderr).toContain('authentication_failed: ');
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('an unreachable MongoDB ends with 3', async () => {
    const { code, stderr } = await runCli(['check'], {
      env: { ...env, MONGODB_URL: `mongodb://127.0.0.1:${await freePort()}/?serverSelectionTimeoutMS=500` },
      cwd: folder,
    });
    expect(stderr).toContain('mongodb_unreachable: ');
    expect(code).toBe(3);
  });

  it('prepare --dry-run prints and changes nothing; prepare does it; a second one has nothing to do', async () => {
    const dry = await cli('prepare', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout.toLowerCase()).toContain('create publication');
    expect((await client.query('select 1 from pg_publication')).rowCount).toBe(0);
    const done = await cli('prepare');
    expect([done.code, done.stdout]).toEqual([0, dry.stdout]);
    const again = await cli('prepare');
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect((await cli('check')).code).toBe(0);
  });

  it('run loads and syncs; status, pause, resume, conflicts, load ask it; SIGTERM ends it with 0', async () => {
    const run = new CliProcess(['run'], { env, cwd: folder });
    const users = driver.db(mongo.name).collection<{ _id: number; name: string }>('users');
    await waitFor(async () => (await users.countDocuments()) === 500, { what: 'the load', limitMs: 30_000 });
    await run.says('"running"');
    const status = JSON.parse((await cli('status', '--json')).stdout) as {
      state: string;
      entities: { table: string; load: { rows: number } }[];
    };
    expect(status.state).toBe('running');
    expect(status.entities.find(({ table }) => table === 'public.users')?.load.rows).toBe(500);
    expect((await cli('status')).stdout).toContain('sql → mongodb');
    expect((await cli('pause', '--json')).stdout).toContain('"paused"');
    await client.query(`update users set name = 'of sql' where id = 7`);
    await users.updateOne({ _id: 7 }, { $set: { name: 'of mongodb' } });
    expect((await cli('resume')).code).toBe(0);
    const conflicts = async () =>
      JSON.parse((await cli('conflicts', 'list', '--json', '--table', 'public.users')).stdout) as {
        conflicts: { conflictId: string; key: unknown }[];
      };
    const found = await waitFor(async () => (await conflicts()).conflicts[0], {
      what: 'the conflict',
      limitMs: 20_000,
    });
    const shown = JSON.parse((await cli('conflicts', 'show', found.conflictId, '--json')).stdout) as Record<
      string,
      unknown
    >;
    expect(shown).toMatchObject({
      conflictId: found.conflictId,
      kind: 'write_write',
      table: 'public.users',
      collection: 'users',
    });
    expect((await cli('conflicts', 'show', 'none')).code).toBe(2);
    expect((await cli('dead-letters', 'list')).stdout).toBe('No dead letters.\n');
    expect((await cli('load', '--entity', 'public.users')).code).toBe(0);
    expect((await cli('load', '--entity', 'public.usrs')).stderr).toContain('not_found: ');
    expect((await cli('conflicts', 'list')).stdout).toContain('write_write');
    const { tables } = JSON.parse((await cli('advise', '--json')).stdout) as {
      tables: { rate: object; now: string }[];
    };
    expect(tables.find(({ now }) => now === 'merge')?.rate).toMatchObject({ of: 'changes', conflicts: 1 });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(
      /isthmus_conflicts_total\{table="public.users",kind="write_write",strategy="merge",resolution="(sql|mongo)_wins"\} 1/,
    );
    run.kill('SIGTERM');
    const { code, stdout, stderr } = await run.end();
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).not.toContain('of mongodb');
  });

  it('teardown removes what prepare made, and no data', async () => {
    const { code, stdout } = await cli('teardown');
    expect([code, stdout.toLowerCase().includes('drop publication')]).toEqual([0, true]);
    expect((await client.query('select 1 from pg_publication')).rowCount).toBe(0);
    expect((await client.query('select 1 from users')).rowCount).toBe(500);
    expect(await driver.db(mongo.name).collection('users').countDocuments()).toBe(500);
  });
});
