/** A process that was replaced loses its reader too; that each write happens once is in the contract of SQL sides. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { readAll, TestLane, type TestSide, testSide } from '../test-side.js';

const postgres = await testPostgres();
let t: TestSide;
let epoch = 0;

beforeAll(async () => {
  t = await testSide({ ...(await postgres.freshDatabase()), schema: 'create table a (id int primary key, v text)' });
});
afterAll(() => t.close());

const rows = async (text: string) => (await t.user.query({ text, rowMode: 'array' })).rows as unknown[][];

describe('takeOver', () => {
  test('fences the process before, ends its transactions and its reader, and hands over lanes and what is held', async () => {
    const { side } = t;
    await side.store.takeOver(++epoch, 1);
    const lane = new TestLane(side);
    await lane.write([['public.a', '1', ['old']]], { save: { position: 'p', open: [1, 'é\u0000'] } });
    const reader = await side.source.open(await side.source.begin());
    await readAll(side, reader);
    const next = await t.another();
    const reading = reader.next().catch((error: unknown) => error);
    const taken = await next.store.takeOver(++epoch, 2);
    expect(taken.lanes).toEqual([
      { lane: 0, number: 1, saved: { position: 'p', open: [1, 'é\u0000'] } },
      { lane: 1, number: 0, saved: undefined },
    ]);
    expect(await next.store.epoch()).toBe(epoch);
    expect(await reading).toMatchObject({ retry: true });
    await expect(lane.write([['public.a', '1', ['zombie']]])).rejects.toMatchObject({ code: 'fenced' });
    await expect(side.source.open(await side.source.begin())).rejects.toMatchObject({ code: 'fenced' });
    expect(await rows('select v from a')).toEqual([['old']]);
    await expect(next.store.takeOver(epoch, 1)).rejects.toMatchObject({ code: 'fenced' });
  });
});
