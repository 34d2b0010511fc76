import { expect, test } from 'vitest';
import { Feed, type Fetched } from './feed.js';

function newFeed(): { readonly feed: Feed; readonly told: string[] } {
  const told: string[] = [];
  const feed = new Feed({
    seek: (offset) => told.push(`seek ${offset}`),
    pause: () => told.push('pause'),
    resume: () => told.push('resume'),
  });
  return { feed, told };
}

const fetched = (from: number, count: number, bytes = 1): Fetched => ({
  asked: String(from),
  messages: Array.from({ length: count }, (_, n) => ({
    offset: String(from + n),
    key: null,
    value: Buffer.alloc(bytes),
  })),
  lastOffset: String(from + count - 1),
  end: '100',
});

test('only what was asked for is taken: a fetch from before a seek, or from elsewhere, asks again', async () => {
  const { feed, told } = newFeed();
  expect(feed.offer(fetched(0, 2))).toBe(false);
  feed.open(5n);
  expect(feed.offer(fetched(0, 2))).toBe(false);
  expect(feed.offer(fetched(7, 2))).toBe(false);
  expect(feed.offer(fetched(5, 2))).toBe(true);
  expect(feed.offer(fetched(5, 2))).toBe(false);
  expect(told).toEqual(['seek 5', 'resume', 'seek 5', 'seek 5', 'seek 7']);
  expect((await feed.next()).map(({ offset }) => offset)).toEqual(['5', '6']);
  expect(feed.waiting).toBe(93);
});

test('a full feed pauses its partition until it was read', async () => {
  const { feed, told } = newFeed();
  feed.open(0n);
  told.length = 0;
  feed.offer(fetched(0, 3, 3_000_000));
  expect(told).toEqual(['pause']);
  feed.assigned();
  expect(told).toEqual(['pause', 'seek 3', 'pause']);
  await feed.next();
  expect(told.at(-1)).toBe('resume');
});

test('much that waits is given in portions, in its order, and fetching goes on when half of it was given', async () => {
  const { feed, told } = newFeed();
  feed.open(0n);
  feed.offer(fetched(0, 3_000));
  expect(told.at(-1)).toBe('pause');
  const given: number[] = [];
  const resumedAt: number[] = [];
  while (given.length < 3_000) {
    const portion = await feed.next();
    expect(portion.length).toBeLessThanOrEqual(1_000);
    given.push(...portion.map(({ offset }) => Number(offset)));
    if (told.at(-1) === 'resume') resumedAt.push(given.length);
  }
  expect(given).toEqual(Array.from({ length: 3_000 }, (_, at) => at));
  expect(resumedAt[0]).toBe(2_000);
  expect(told.filter((one) => one === 'resume')).toHaveLength(2);
});

test('who waits learns of the close', async () => {
  const { feed, told } = newFeed();
  feed.open(0n);
  const waiting = feed.next();
  feed.close();
  await expect(waiting).rejects.toMatchObject({ code: 'transient' });
  feed.assigned();
  expect(told.at(-1)).toBe('pause');
});
