import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isIsthmusError } from '../base/errors.js';
import type { Change, Position } from '../model/change.js';
import { ref, user } from '../testing/mongodb/entities.js';
import { newLane, openTestSide } from '../testing/mongodb/test-side.js';
import { type MongoServer, startMongo } from '../testing/servers/mongo-server.js';
import { rawDocuments } from './raw-reply.js';

let server: MongoServer;

beforeAll(async () => {
  server = await startMongo({ members: 3 });
});

afterAll(() => server.stop());

test('through an election every commit lands once and the log is read without a gap', async () => {
  const side = await openTestSide({ url: server.url, name: 'election' });
  const lane = await newLane(side);
  let position: Position = await side.source.begin();
  const writes = 40;
  const writing = (async () => {
    for (let i = 0; i < writes; i++) {
      if (i === 10) await stepDown(server.url);
      expect(
        await lane.write([
          { ...ref('1'), after: user(`v${i}`) },
          { ...ref(String(100 + i)), after: user('x') },
        ]),
      ).toMatchObject({ kind: 'committed' });
    }
  })();
  const seen: Change[] = [];
  const numbers: number[] = [];
  while (numbers.length < writes) {
    try {
      const reader = await side.source.open(position);
      while (numbers.length < writes) {
        for (const event of await reader.next()) {
          position = event.position;
          if (event.kind !== 'part' || event.echo === null) continue;
          numbers.push(event.echo.number);
          seen.push(...event.changes);
        }
      }
      await reader.close();
    } catch (error) {
      expect(isIsthmusError(error) && error.retry).toBe(true);
    }
  }
  await writing;
  expect(numbers).toEqual(Array.from({ length: writes }, (_, i) => i + 1));
  expect(seen.filter(({ key }) => key === '1').map(({ after }) => after?.[0])).toEqual(
    Array.from({ length: writes }, (_, i) => `v${i}`),
  );
  expect(seen).toHaveLength(writes * 2);
});

/** With `raw` all but the first failed with a TypeError in the driver. */
test('a server that is no primary any more refuses a command whose documents stay bytes, and each one beside it, in its own words', async () => {
  const members = server.members.map(
    ({ port }) => new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`),
  );
  try {
    const refused = await Promise.all(members.map((member) => refusals(member)));
    expect(refused.filter((codes) => codes.every((code) => code === notWritablePrimary))).toHaveLength(2);
  } finally {
    await Promise.all(members.map((member) => member.close()));
  }
});

const notWritablePrimary = 10107;

/** At the same moment, before the driver has asked the server anew. */
function refusals(member: MongoClient): Promise<unknown[]> {
  const command = { insert: 'refused', documents: [{}] };
  const once = (): Promise<unknown> =>
    member
      .db('election')
      .command(command, rawDocuments)
      .then(
        () => null,
        (error: unknown) => (error as { code?: unknown }).code,
      );
  return Promise.all(Array.from({ length: 5 }, once));
}

async function stepDown(url: string): Promise<void> {
  const client = await new MongoClient(url).connect();
  await client.db('admin').command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 4 });
  await client.close();
}
