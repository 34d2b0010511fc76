/** What the target does beyond what we write (defaults, triggers, cascades) is a change of that side, and crosses back. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { startChild } from './child-sync.js';
import type { TablePair } from './compare-independently.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const pairs: TablePair[] = [
  { table: 'defaults', key: ['id'] },
  { table: 'triggers', key: ['id'] },
  { table: 'logged', key: ['id'] },
  { table: 'log_lines', key: ['id'] },
  { table: 'parents', key: ['id'] },
  { table: 'children', key: ['id'] },
];

const schema = `
create table defaults (id int primary key, title text, state text not null default 'new');
create table triggers (id int primary key, title text, shout text);
create function shout() returns trigger language plpgsql as $$ begin new.shout := upper(new.title); return new; end $$;
create trigger shout before insert or update on triggers for each row execute function shout();
alter table triggers enable always trigger shout;
create table log_lines (id int primary key, line text);
create table logged (id int primary key, title text);
create function log_it() returns trigger language plpgsql as $$
begin insert into log_lines values (new.id, new.title) on conflict (id) do update set line = excluded.line; return null; end $$;
create trigger log_it after insert or update on logged for each row execute function log_it();
alter table logged enable always trigger log_it;
create table parents (id int primary key, title text);
create table children (id int primary key, parent int references parents on delete cascade);
`;

let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({ schema, config: { entities: [{ table: 'public.*' }] } });
  sync = await rig.start();
});

test('a default of a NOT NULL column comes back to the document that lacks the field', async () => {
  await rig.db.collection('defaults').insertOne({ _id: 1 as never, title: 'no state' });
  await expectEqual(rig, sync, pairs);
  expect(await rig.db.collection('defaults').findOne({ _id: 1 as never })).toMatchObject({
    title: 'no state',
    state: 'new',
  });
});

test('what a BEFORE trigger puts into the row comes back', async () => {
  const collection = rig.db.collection('triggers');
  await collection.insertOne({ _id: 1 as never, title: 'quiet' });
  await expectEqual(rig, sync, pairs);
  expect(await collection.findOne({ _id: 1 as never })).toMatchObject({ shout: 'QUIET' });
  await collection.updateOne({ _id: 1 as never }, { $set: { title: 'again' } });
  await expectEqual(rig, sync, pairs);
  expect(await collection.findOne({ _id: 1 as never })).toMatchObject({ shout: 'AGAIN' });
});

test('a row that an AFTER trigger writes to another table crosses', async () => {
  await rig.db.collection('logged').insertOne({ _id: 1 as never, title: 'written' });
  await expectEqual(rig, sync, pairs);
  expect(await rig.db.collection('log_lines').findOne({ _id: 1 as never })).toMatchObject({ line: 'written' });
});

test('a parent that MongoDB deletes takes its children along, on both sides or by refusal', async () => {
  await rig.sql.query(
    `insert into parents values (1, 'p'), (2, 'q'); insert into children values (10, 1), (11, 1), (12, 2)`,
  );
  await settle(sync);
  const session = rig.mongo.startSession();
  await session.withTransaction(async () => {
    await rig.db.collection('children').deleteMany({ parent: 1 }, { session });
    await rig.db.collection('parents').deleteOne({ _id: 1 as never }, { session });
  });
  await session.endSession();
  await expectEqual(rig, sync, pairs);
  // A cascade of a user's own delete is in PostgreSQL's log like any other change.
  await rig.sql.query('delete from parents where id = 2');
  await expectEqual(rig, sync, pairs);
  expect(await rig.db.collection('children').countDocuments()).toBe(0);
});

test('no such change counts as a conflict', async () => {
  expect(await conflictsOf(rig)).toEqual([]);
});

test('it comes back also if the process is killed between its write and the echo', async () => {
  await sync.stop();
  const child = await startChild(rig, { fault: 'batch.after-commit:2' });
  for (let id = 100; id < 110; id++) {
    await rig.db.collection('triggers').insertOne({ _id: id as never, title: `late ${id}` });
    await rig.db.collection('defaults').insertOne({ _id: id as never, title: `late ${id}` });
  }
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
  sync = await rig.start();
  await expectEqual(rig, sync, pairs);
  expect(await rig.db.collection('triggers').findOne({ _id: 105 as never })).toMatchObject({ shout: 'LATE 105' });
  expect(await rig.db.collection('defaults').findOne({ _id: 105 as never })).toMatchObject({ state: 'new' });
  expect(await conflictsOf(rig)).toEqual([]);
});
