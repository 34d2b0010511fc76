/** Counters and sets that both sides write at the same time: plain columns by the rules `counter` and `set`, and stored CRDT state. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  createOrSet,
  createPnCounter,
  increment,
  type OrSet,
  type PnCounter,
  remove,
  value,
} from '../src/conflict/crdt/crdt.js';
import type { StartedSync } from '../src/index.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;

interface User {
  readonly name: string;
  readonly tags: readonly string[] | null;
  readonly visits: number;
  readonly likes: PnCounter;
  readonly roles: OrSet;
}

const likes = increment(createPnCounter(), 'import', 10);
const roles = add(add(createOrSet(), 'reader', 'import'), 'trial', 'import');

beforeAll(async () => {
  rig = await rigs.open({
    schema: 'create table users (id int primary key, name text, tags text[], visits int, likes jsonb, roles jsonb);',
    config: {
      entities: [
        {
          table: 'users',
          conflict: { strategy: 'merge', fields: { tags: 'set', visits: 'counter', likes: 'counter', roles: 'set' } },
        },
      ],
    },
  });
  sync = await rig.start();
});

async function plant(id: number, tags: readonly string[] = []): Promise<void> {
  await rig.sql.query('insert into users values ($1, $$Ada$$, $2, 10, $3, $4)', [id, tags, likes, roles]);
  await settle(sync);
}

async function inSql(id: number): Promise<User> {
  const found = await rig.sql.query<User>('select name, tags, visits, likes, roles from users where id = $1', [id]);
  return found.rows[0] as User;
}

async function inMongo(id: number): Promise<User> {
  const { _id, ...user } = (await rig.db.collection('users').findOne({ _id: id as never })) ?? {};
  return user as unknown as User;
}

async function setSql(id: number, field: keyof User, to: unknown): Promise<void> {
  await rig.sql.query(`update users set ${field} = $2 where id = $1`, [id, to]);
}

async function setMongo(id: number, set: Partial<User>): Promise<void> {
  await rig.db.collection('users').updateOne({ _id: id as never }, { $set: set });
}

describe('changed on both sides at once', () => {
  test('the tags of a user keep both sides’ adds and removes', async () => {
    await plant(1, ['new', 'trial', 'newsletter']);
    await atOnce(
      sync,
      () => setSql(1, 'tags', ['new', 'newsletter', 'paying']),
      () => setMongo(1, { tags: ['vip', 'new', 'trial', 'newsletter'] }),
    );
    const tags = ['new', 'newsletter', 'paying', 'vip'];
    expect([(await inSql(1)).tags, (await inMongo(1)).tags]).toEqual([tags, tags]);
    const [conflict, ...more] = await conflictsOf(rig, { key: 1 });
    expect(more).toEqual([]);
    expect(conflict).toMatchObject({
      kind: 'write_write',
      resolution: 'merged',
      state: 'resolved',
      fields: { tags: 'set' },
    });
  });

  test('a counter has both sides’ increments', async () => {
    await plant(2);
    await atOnce(
      sync,
      () => rig.sql.query('update users set visits = visits + 3 where id = 2'),
      () => rig.db.collection('users').updateOne({ _id: 2 as never }, { $inc: { visits: 4 } }),
    );
    expect([(await inSql(2)).visits, (await inMongo(2)).visits]).toEqual([17, 17]);
  });

  test('stored states are joined', async () => {
    await plant(3);
    await atOnce(
      sync,
      () =>
        rig.sql.query('update users set likes = $1, roles = $2 where id = 3', [
          increment(likes, 'shop', 5),
          add(remove(roles, 'trial'), 'admin', 'shop'),
        ]),
      () => setMongo(3, { likes: increment(likes, 'app', 7), roles: add(add(roles, 'trial', 'app'), 'editor', 'app') }),
    );
    for (const user of [await inSql(3), await inMongo(3)]) {
      expect(value(user.likes)).toBe(22);
      // The shop had not seen the app's newer `trial`.
      expect(value(user.roles)).toEqual(['admin', 'editor', 'reader', 'trial']);
    }
    expect(await conflictsOf(rig, { key: 3, state: 'pending' })).toEqual([]);
  });

  test('what cannot be joined waits for a person, or until it can', async () => {
    await plant(4);
    await atOnce(
      sync,
      () => setSql(4, 'likes', increment(likes, 'shop')),
      () => setMongo(4, { likes: 11 as never }),
    );
    const [conflict] = await conflictsOf(rig, { key: 4 });
    const reason = expect.stringMatching(/^Field likes: one side holds CRDT state/);
    expect(conflict).toMatchObject({ state: 'pending', reason });
    await setMongo(4, { likes: increment(likes, 'app') });
    await settle(sync);
    for (const user of [await inSql(4), await inMongo(4)]) expect(value(user.likes)).toBe(12);
    expect(await conflictsOf(rig, { key: 4, state: 'pending' })).toEqual([]);
  });
});

describe('written by both sides all the time', () => {
  const rounds = 150;

  /** As an application does it: read, count, write if nothing has changed since. */
  async function countInSql(id: number): Promise<void> {
    const before = (await inSql(id)).likes;
    const after = increment(before, 'shop');
    const { rowCount } = await rig.sql.query('update users set likes = $2 where id = $1 and likes = $3', [
      id,
      after,
      before,
    ]);
    if (rowCount === 0) await countInSql(id);
  }

  async function countInMongo(id: number): Promise<void> {
    const before = (await inMongo(id)).likes;
    const filter = { _id: id as never, $expr: { $eq: ['$likes', { $literal: before }] } };
    const { matchedCount } = await rig.db
      .collection('users')
      .updateOne(filter, { $set: { likes: increment(before, 'app') } });
    if (matchedCount === 0) await countInMongo(id);
  }

  test('a stored counter loses no increment', async () => {
    await plant(5);
    const write = async (one: (id: number) => Promise<void>): Promise<void> => {
      for (let round = 0; round < rounds; round++) await one(5);
    };
    await Promise.all([write(countInSql), write(countInMongo)]);
    await settle(sync);
    for (const user of [await inSql(5), await inMongo(5)])
      expect(user.likes).toEqual({ crdt: 'pn_counter', n: {}, p: { import: 10, app: rounds, shop: rounds } });
    expect((await conflictsOf(rig, { key: 5 })).length).toBeGreaterThan(0);
    expect(await conflictsOf(rig, { key: 5, state: 'pending' })).toEqual([]);
  });

  test('a plain counter loses no increment', async () => {
    await plant(6);
    for (let round = 0; round < rounds; round++)
      await Promise.all([
        rig.sql.query('update users set visits = visits + 1 where id = 6'),
        rig.db.collection('users').updateOne({ _id: 6 as never }, { $inc: { visits: 1 } }),
      ]);
    await settle(sync);
    const visits = 10 + 2 * rounds;
    expect([(await inSql(6)).visits, (await inMongo(6)).visits]).toEqual([visits, visits]);
    expect((await conflictsOf(rig, { key: 6 })).length).toBeGreaterThan(0);
  });

  test('and both sides end equal', async () => {
    await expectEqual(rig, sync, [{ table: 'users', key: ['id'] }]);
  });
});
