import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { waitFor } from '../testing/wait-for.js';
import { MongoMailbox } from './mailbox.js';
import { metadataDatabase } from './names.js';

const mongo = testMongo();
const nothing: ReadonlySet<string> = new Set();
const patient = 20_000;

async function boxes(sliceBytes = 5) {
  const { client, name } = await openTestSide(mongo.freshDatabase());
  const open = (of = name) => new MongoMailbox({ client, name: of, clock: systemClock, sliceBytes });
  const left = () => client.db(metadataDatabase).collection('requests').countDocuments({ name });
  return { asker: open(), answerer: open(), stranger: open(`${name}-other`), left };
}

async function next(box: MongoMailbox, shares: readonly number[], known = nothing) {
  const found = await waitFor(
    async () => {
      const some = await box.waiting(shares, known);
      return some.length > 0 ? some : null;
    },
    { what: 'a question', limitMs: 10_000 },
  );
  return found ?? [];
}

test('a question reaches who has the share, and its answer who asked, however long they are', async () => {
  const { asker, answerer, stranger, left } = await boxes();
  const asked = 'what is $name? \u0000 ä🙂 '.repeat(20);
  const outcome = asker.ask(3, asked, patient);
  const [question] = await next(answerer, [1, 3]);
  expect(question).toMatchObject({ share: 3, text: asked });
  const id = question?.id ?? '';
  expect(await answerer.waiting([1, 2], nothing)).toEqual([]);
  expect(await stranger.waiting([3], nothing)).toEqual([]);
  expect(await answerer.waiting([3], new Set([id]))).toEqual([]);
  // The first one counts.
  await Promise.all([answerer.answer(id, `first ${asked}`), answerer.answer(id, `second ${asked}`)]);
  expect(await outcome).toMatch(/^(first|second) what is \$name\? /);
  expect((await outcome)?.endsWith(asked)).toBe(true);
  expect(await left()).toBe(0);
});

test('without an answer in time there is none, and nobody begins to answer any more', async () => {
  const { asker, answerer, left } = await boxes();
  expect(await asker.ask(0, 'anybody?', 1)).toBeNull();
  expect(await answerer.waiting([0], nothing)).toEqual([]);
  expect(await left()).toBe(0);
});

test('what a process asked that died is not answered after its time', async () => {
  const { asker, answerer } = await boxes(100);
  const late = asker.ask(0, 'late', 2_000);
  const [first] = await next(answerer, [0]);
  expect(first?.text).toBe('late');
  const lasting = asker.ask(0, 'lasting', patient);
  await waitFor(async () => (await answerer.waiting([0], nothing)).every(({ text }) => text === 'lasting'), {
    what: 'the late one to be over',
    limitMs: 10_000,
  });
  const [second] = await next(answerer, [0]);
  await answerer.answer(second?.id ?? '', 'yes');
  expect([await late, await lasting]).toEqual([null, 'yes']);
});
