import { expect, test } from 'vitest';
import { ref, user } from '../testing/mongodb/entities.js';
import { Lane, newLane, openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();

test('a process that was taken over from can never write again', async () => {
  const names = mongo.freshDatabase();
  const [old, young] = [await openTestSide(names), await openTestSide(names)];
  const zombie = await newLane(old, 1);
  await zombie.write([{ ...ref('1'), after: user('old') }]);
  const lane = await newLane(young, 2);
  expect(lane.number).toBe(1);
  await expect(zombie.write([{ ...ref('1'), after: user('zombie') }])).rejects.toMatchObject({
    code: 'fenced',
    retry: false,
  });
  expect(await lane.write([{ ...ref('1'), after: user('new') }])).toMatchObject({ kind: 'committed' });
  await expect(newLane(old, 1)).rejects.toMatchObject({ code: 'fenced' });
  await expect(newLane(old, 2)).rejects.toMatchObject({ code: 'fenced' });
  expect(await young.store.epoch()).toBe(2);
});

test('a transaction that was left open is ended before anything is read', async () => {
  const names = mongo.freshDatabase();
  const [old, young] = [await openTestSide(names), await openTestSide(names)];
  const lane = await newLane(old, 1);
  await lane.write([{ ...ref('1'), after: user('first') }]);
  let entered: () => void = () => {};
  const inside = new Promise<void>((resolve) => (entered = resolve));
  let taken: Promise<unknown> = Promise.resolve();
  // The process stands still between its write of progress and its COMMIT, as if it were stopped: planning takes until the other one has taken over.
  const hung = lane.store
    .commit({
      lane: 0,
      previous: 1,
      number: 2,
      read: [ref('1')],
      plan: () => {
        entered();
        return {
          writes: [{ ...ref('1'), before: user('first'), after: user('second') }],
          hold: [],
          drop: [],
          settlements: [],
        };
      },
    })
    .catch((error: unknown) => error);
  await inside;
  const started = Date.now();
  taken = young.store.takeOver(2, 1);
  const [outcome] = await Promise.all([hung, taken]);
  expect(Date.now() - started).toBeLessThan(5000);
  const { lanes } = await young.store.takeOver(3, 1);
  const landed = (outcome as { kind?: string }).kind === 'committed';
  expect(lanes[0]?.number).toBe(landed ? 2 : 1);
  if (!landed) expect(outcome).toMatchObject({ code: 'fenced' });
});

test('the orphan of a killed process does not hold the next one up, nor users', async () => {
  const names = mongo.freshDatabase();
  const [old, young] = [await openTestSide(names), await openTestSide(names)];
  const lane = await newLane(old, 1);
  await lane.write([{ ...ref('1'), after: user('first') }]);
  // What kill -9 leaves: the lane's session with an open transaction that has written progress and a record.
  const stored = await old.db
    .collection<{ _id: string; sessions: { buffer: Uint8Array }[] }>('isthmus_progress')
    .findOne({ _id: `${names.name}/sessions` });
  const [id] = stored?.sessions ?? [];
  const command = { lsid: { id }, txnNumber: 99n, autocommit: false };
  const raw = async (body: object): Promise<unknown> => orphanCommand(names.url, names.name, { ...body, ...command });
  await raw({
    update: 'isthmus_progress',
    updates: [{ q: { _id: `${names.name}/0` }, u: { $set: { number: 2 } } }],
    startTransaction: true,
  });
  await raw({ update: 'users', updates: [{ q: { _id: 1 }, u: { $set: { name: 'orphan' } } }] });
  const started = Date.now();
  const taken = await young.store.takeOver(2, 1);
  expect(taken.lanes).toMatchObject([{ lane: 0, number: 1 }]);
  await young.db.collection<{ _id: number }>('users').updateOne({ _id: 1 }, { $set: { name: 'user' } });
  expect(Date.now() - started).toBeLessThan(2000);
  const next = new Lane(young.store);
  next.number = 1;
  expect(await next.write([{ ...ref('1'), after: user('next') }])).toMatchObject({ kind: 'committed' });
});

/** A command with a session of our choosing: the driver would add its own, so a connection without sessions is asked for. */
async function orphanCommand(url: string, database: string, body: Record<string, unknown> | object): Promise<unknown> {
  const { rawCommand } = await import('../testing/mongodb/raw-command.js');
  return rawCommand(url, { ...body, $db: database });
}
