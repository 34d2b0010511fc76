/** The log of a real server: every hazard of it that concerns reading. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Position } from '../../model/change.js';
import { recordId } from '../../model/record.js';
import type { ChangeReader, SourceEvent, SourcePart } from '../../ports/change-source.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { waitFor } from '../../testing/wait-for.js';
import { changesOf, readAll, readToEnd, readUntil, TestLane, type TestSide, testSide } from '../test-side.js';

const postgres = await testPostgres();
const schema = `
  create table a (id int primary key, v text, big text);
  alter table a alter big set storage external;
  create table g (id int primary key, v int, twice int generated always as (v * 2) stored);
  create table parts (id int, region text, v text, primary key (region, id)) partition by list (region);
  create table parts_eu partition of parts for values in ('eu');
  create table parts_us partition of parts for values in ('us');
  create table h (id int primary key, v int);
  create table deviating (id int primary key, v text not null default 'd', w text);
`;
let t: TestSide;
let reader: ChangeReader;
/** What was read last. */
let last: Position;

let url: string;

beforeAll(async () => {
  const db = await postgres.freshDatabase();
  url = db.url;
  t = await testSide({ ...db, schema });
  await t.side.store.takeOver(1, 1);
  reader = await t.side.source.open(t.begin);
});
afterAll(async () => {
  await reader.close();
  await t.close();
});

const run = async (text: string): Promise<readonly SourceEvent[]> => {
  await t.user.query(text);
  return toEnd();
};
const toEnd = async (): Promise<readonly SourceEvent[]> => {
  const { events, end } = await readToEnd(t.side, reader);
  last = end;
  return events;
};
async function reopen(from = last): Promise<ChangeReader> {
  await reader.close();
  return t.side.source.open(from);
}
const change = (key: string, before: unknown, after: unknown, entity = 'public.a') => ({ entity, key, before, after });

describe('changes', () => {
  test('a large value that did not change is whole in both states', async () => {
    const big = 'x'.repeat(20_000);
    const events = await run(`insert into a values (1, 'v', '${big}'); update a set v = 'w' where id = 1`);
    expect(changesOf(events)[1]).toEqual(change('1', ['v', big], ['w', big]));
  });

  test('an update that changes nothing is a change without a difference', async () => {
    const events = await run(`insert into a values (2, 'v', null); update a set v = v where id = 2`);
    expect(changesOf(events)[1]).toEqual(change('2', ['v', null], ['v', null]));
  });

  test('a new key is a delete and an insert', async () => {
    const events = await run(`insert into a values (3, 'v', null); update a set id = 4 where id = 3`);
    expect(changesOf(events).slice(1)).toEqual([change('3', ['v', null], null), change('4', null, ['v', null])]);
  });

  test('what a subtransaction rolled back is not there', async () => {
    const events = await run(
      `begin; insert into a values (5, 'v', null); savepoint s; insert into a values (6, 'v', null); rollback to s; update a set v = 'w' where id = 5; commit`,
    );
    expect(events).toHaveLength(1);
    expect(changesOf(events)).toEqual([change('5', null, ['v', null]), change('5', ['v', null], ['w', null])]);
  });

  test('a generated column is left out', async () => {
    expect(changesOf(await run('insert into g values (1, 21)'))).toEqual([change('1', null, ['21'], 'public.g')]);
  });

  test('rows of partitions are the root’s, also when they move', async () => {
    const events = await run(
      `insert into parts values (1, 'eu', 'v'); update parts set v = 'w'; update parts set region = 'us'; delete from parts`,
    );
    const entity = 'public.parts';
    expect(changesOf(events)).toEqual([
      change('["eu","1"]', null, ['v'], entity),
      change('["eu","1"]', ['v'], ['w'], entity),
      change('["eu","1"]', ['w'], null, entity),
      change('["us","1"]', null, ['w'], entity),
      change('["us","1"]', ['w'], null, entity),
    ]);
  });

  test('transactions come in the order of commit', async () => {
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await t.user.query(`begin; insert into a values (20, 'late', null)`);
    await other.query(`insert into a values (21, 'early', null)`);
    await other.end();
    const events = await run('commit');
    expect(changesOf(events).map(({ key }) => key)).toEqual(['21', '20']);
    const positions = events.map((event) => event.position);
    expect(positions.toSorted()).toEqual(positions);
  });

  test('a prepared transaction comes when it is committed', async () => {
    const name = `two ${url.slice(-12)}`;
    const prepared = await t.user
      .query(`begin; insert into a values (22, 'v', null); prepare transaction '${name}'`)
      .catch(() => null);
    if (prepared === null) return void (await t.user.query('rollback'));
    expect(await toEnd()).toEqual([]);
    expect(changesOf(await run(`commit prepared '${name}'`))).toEqual([change('22', null, ['v', null])]);
  });
});

describe('our own transactions', () => {
  test('are told by lane and number, with what was written where the table may change it, and have an honest time', async () => {
    const lane = new TestLane(t.side);
    const before = await t.side.store.now();
    await lane.write([
      ['public.deviating', '1', [null, 'w']],
      ['public.a', '30', ['v', null]],
    ]);
    const events = await toEnd();
    const id = recordId({ entity: 'public.deviating', key: '1' });
    expect(events).toMatchObject([{ echo: { lane: 0, number: 1 } }]);
    expect((events[0] as SourcePart).echo?.wrote.get(id)).toEqual([null, 'w']);
    expect(changesOf(events)).toContainEqual(change('1', null, ['d', 'w'], 'public.deviating'));
    const { committedAt } = events[0] as SourcePart;
    expect(committedAt).toBeGreaterThanOrEqual(before - 1);
    expect(committedAt).toBeLessThanOrEqual((await t.side.store.now()) + 1);
    await lane.write([['public.a', '30', ['w', null]]]);
    expect(await toEnd()).toMatchObject([{ echo: { number: 2 } }]);
  });
});

describe('resuming', () => {
  test('strictly after each position, whole transactions and parts, with the same parts’ contents', async () => {
    await t.user.query(`insert into a values (100, 'one', null)`);
    await t.user.query(`insert into a select i, 'many', null from generate_series(1001, 6000) i`);
    const events = await run(`insert into a values (101, 'last', null)`);
    const parts = events.filter((event) => event.kind === 'part');
    expect(parts.map((part) => [part.last, part.changes.length])).toEqual([
      [true, 1],
      [false, 2000],
      [false, 2000],
      [true, 1000],
      [true, 1],
    ]);
    const all = parts.flatMap((part) => part.changes.map(({ key }) => key));
    let behind = 0;
    for (const part of parts) {
      behind += part.changes.length;
      reader = await reopen(part.position);
      expect(changesOf(await readAll(t.side, reader)).map(({ key }) => key)).toEqual(all.slice(behind));
    }
  });

  test('only what was acknowledged is given up by the server', async () => {
    const confirmed = async () =>
      (
        await t.user.query(
          `select confirmed_flush_lsn::text as lsn from pg_replication_slots where database = current_database()`,
        )
      ).rows[0].lsn as string;
    reader = await reopen();
    await toEnd();
    const before = await confirmed();
    await run('insert into a values (110, null, null)');
    const [event] = await run('insert into a values (111, null, null)');
    expect(await confirmed()).toBe(before);
    reader.acknowledge((event as SourceEvent).position);
    await waitFor(async () => (await confirmed()) !== before, { what: 'the slot to move' });
    // What is not acknowledged is read again by one who asks for it.
    reader = await reopen((event as SourceEvent).position);
    expect(changesOf(await run('insert into a values (112, null, null)')).map(({ key }) => key)).toEqual(['112']);
    expect(await t.side.source.begin()).toBe((event as SourceEvent).position);
  });

  test('a terminated backend is an error to try again, in whatever shape it comes', async () => {
    for (let i = 0; i < 5; i++) {
      const from = (await run(`insert into a values (${200 + i}, null, null)`))[0]?.position as Position;
      const pending = reader.next().catch((error: unknown) => error);
      await t.user.query(
        `select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database() and active`,
      );
      expect(await pending).toMatchObject({ retry: true });
      await t.user.query(`insert into a values (${300 + i}, null, null)`);
      reader = await t.side.source.open(from);
      expect(changesOf(await readAll(t.side, reader))).toEqual([change(String(300 + i), null, [null, null])]);
    }
  });
});

describe('what stops', () => {
  test('truncate', async () => {
    expect(await run('truncate g')).toMatchObject([{ kind: 'stop', entity: 'public.g' }]);
    expect(await run('truncate parts')).toMatchObject([{ kind: 'stop', entity: 'public.parts' }]);
  });

  test('a new column is passed over; a dropped one, another type, a rename stop the table, and only it', async () => {
    expect(changesOf(await run(`alter table g add fresh text default 'f'; insert into g values (2, 1)`))).toEqual([
      change('2', null, ['1'], 'public.g'),
    ]);
    expect(
      await run(
        `alter table h alter v type bigint; insert into h values (3, 1); insert into a values (400, null, null)`,
      ),
    ).toMatchObject([
      { kind: 'stop', entity: 'public.h' },
      { kind: 'part', changes: [{ key: '400' }] },
    ]);
    expect(await run(`alter table deviating drop w; insert into deviating values (9)`)).toMatchObject([
      { kind: 'stop', entity: 'public.deviating', reason: expect.stringContaining('column w') },
    ]);
    expect(await run(`alter table parts rename to pieces; insert into pieces values (1, 'eu', 'x')`)).toMatchObject([
      { kind: 'stop', entity: 'public.parts' },
    ]);
    await t.user.query('alter table pieces rename to parts');
  });

  test('a dropped table, of which the log says nothing', async () => {
    await t.user.query('drop table h');
    const events = await readUntil(reader, (all) => all.some((event) => event.kind === 'stop'));
    expect(events).toMatchObject([{ kind: 'stop', entity: 'public.h', position: last }]);
    await t.user.query('create table h (id int primary key, v int)');
    expect(changesOf(await run('insert into a values (410, null, null)')).map(({ key }) => key)).toEqual(['410']);
  });

  test('a slot that is gone, or was made anew after the position', async () => {
    const from = (await run('insert into a values (500, null, null)'))[0]?.position as Position;
    await reader.close();
    const { names } = {
      names: (await t.user.query('select slot_name from pg_replication_slots where database = current_database()'))
        .rows[0].slot_name as string,
    };
    await waitFor(
      async () =>
        (await t.user.query('select 1 from pg_replication_slots where active and database = current_database()'))
          .rowCount === 0,
      { what: 'the slot to be free' },
    );
    await t.user.query('select pg_drop_replication_slot($1)', [names]);
    await expect(t.side.source.open(from)).rejects.toMatchObject({ code: 'slot_lost', retry: false });
    await expect(t.side.source.begin()).rejects.toMatchObject({ code: 'slot_lost' });
    await t.side.prepare({ dryRun: false, onStatement: () => undefined });
    await expect(t.side.source.open(from)).rejects.toMatchObject({
      code: 'slot_lost',
      message: expect.stringContaining('made anew'),
    });
    reader = await t.side.source.open(await t.side.source.begin());
    expect(await run(`insert into a values (501, null, null)`)).toHaveLength(1);
  });
});
