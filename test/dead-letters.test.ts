/** Dead letters on real servers: people try them again or give them up, and nothing is lost without a record. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { freePort } from '../src/testing/servers/free-port.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import { expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: 'create table parts (id int primary key, n int check (n < 100), note text);',
    config: { entities: [{ table: 'parts' }] },
  });
  sync = await rig.start();
});

const parts = () => rig.db.collection<{ _id: number; n?: number; note?: string }>('parts');
const numberOf = async (id: number): Promise<unknown> =>
  (await rig.sql.query<{ n: number }>('select n from parts where id = $1', [id])).rows[0]?.n;
const stored = () => rig.mongo.db('sync_metadata').collection('dead_letters').find({ name: rig.name }).toArray();

/** A change of MongoDB that the check constraint refuses. */
async function refused(id: number, n: number): Promise<string> {
  const before = sync.status().deadLetters;
  await parts().updateOne({ _id: id }, { $set: { n } }, { upsert: true });
  await waitFor(() => sync.status().deadLetters === before + 1, { what: 'a dead letter', limitMs: 30_000 });
  const letter = (await sync.deadLetters()).find(({ key }) => key === String(id));
  if (letter === undefined) throw new Error('no dead letter is listed');
  return letter.id;
}

test('a retry says that it is refused still, and that it crossed once the cause is mended', async () => {
  const id = await refused(1, 500);
  expect(await sync.letters.answer(id, 'retry', 'ada')).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('parts_n_check'),
  });
  expect(sync.status().deadLetters).toBe(1);
  await rig.sql.query('alter table parts drop constraint parts_n_check');
  expect(await sync.letters.answer(id, 'retry', 'ada')).toEqual({ id, outcome: 'crossed', reason: null });
  expect(await numberOf(1)).toBe(500);
  expect(sync.status().deadLetters).toBe(0);
  await rig.sql.query('update parts set n = 50');
  await rig.sql.query('alter table parts add constraint parts_n_check check (n < 100)');
  await settle(sync);
});

test('what is given up stays on record, each side keeps its own, and a later change is settled', async () => {
  await parts().insertOne({ _id: 2, n: 7 });
  await settle(sync);
  const id = await refused(2, 700);
  expect(await sync.letters.answer(id, 'discard', 'ada')).toMatchObject({ outcome: 'discarded' });
  expect(sync.status().deadLetters).toBe(0);
  expect(sync.status().links.mongodb_to_sql.held).toBe(0);
  expect([await numberOf(2), (await parts().findOne({ _id: 2 }))?.n]).toEqual([7, 700]);
  expect((await sync.letters.discarded(10)).map((one) => [one.id, one.discardedBy, one.after?.['n']])).toEqual([
    [id, 'ada', '700'],
  ]);
  expect(await sync.deadLetters()).toEqual([]);
  await expect(sync.letters.answer(id, 'discard', 'ada')).rejects.toMatchObject({ code: 'not_found' });
  expect((await rig.sql.query('select 1 from isthmus.settlements where id = $1', [id])).rowCount).toBe(0);
  await parts().updateOne({ _id: 2 }, { $set: { n: 8 } });
  await waitFor(async () => (await numberOf(2)) === 8, { what: 'the later change to cross', limitMs: 20_000 });
  await expectEqual(rig, sync, [{ table: 'parts', key: ['id'] }]);
});

test('in both directions, all at once', async () => {
  const ids = [await refused(3, 300), await refused(4, 400)];
  await rig.db.command({ collMod: 'parts', validator: { note: { $ne: 'unfit' } } });
  await rig.sql.query("insert into parts values (5, 5, 'unfit')");
  await waitFor(() => sync.status().deadLetters === 3, { what: 'the unfit one to be refused', limitMs: 30_000 });
  expect(await sync.letters.answerAll('retry', { by: 'ada' })).toEqual({
    crossed: 0,
    discarded: 0,
    refused: 3,
    conflict: 0,
    left: 0,
  });
  expect(await sync.letters.answerAll('discard', { by: 'ada', table: 'public.parts' })).toMatchObject({ discarded: 3 });
  expect(sync.status().deadLetters).toBe(0);
  const documents = await stored();
  expect(documents.filter(({ _id }) => ids.includes(String(_id))).map(({ state }) => state)).toEqual([
    'discarded',
    'discarded',
  ]);
  await rig.sql.query('delete from parts where id = 5');
  await parts().deleteMany({ _id: { $in: [3, 4] } });
  await expectEqual(rig, sync, [{ table: 'parts', key: ['id'] }]);
});

test.each(['discard.after-mongodb', 'discard.after-sql', 'discard.finished'] as const)(
  'killed at %s, it is given up once',
  async (fault) => {
    const id = await refused(6, 600);
    await sync.stop();
    const listen = `127.0.0.1:${await freePort()}`;
    const child = await startChild(rig, { fault, config: { api: { listen } } });
    await fetch(`http://${listen}/api/dead-letters/${id}/discard`, { method: 'POST' }).catch(() => undefined);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    sync = await rig.start();
    expect(sync.status().deadLetters).toBe(0);
    expect((await sync.letters.discarded(10)).filter((one) => one.id === id)).toHaveLength(1);
    expect((await stored()).find(({ _id }) => String(_id) === id)?.['state']).toBe('discarded');
    await parts().deleteOne({ _id: 6 });
    await expectEqual(rig, sync, [{ table: 'parts', key: ['id'] }]);
  },
);
