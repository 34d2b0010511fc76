import { expect, test } from 'vitest';
import type { ConflictRecord } from '../../model/conflict.js';
import { HandClock } from '../../testing/hand-clock.js';
import { pendingConflict, sideVersion } from '../../testing/pending-conflict.js';
import { engineNews } from './engine-news.js';
import { EventFeed } from './event-feed.js';

const secret = sideVersion(['a secret']);
const conflict = (id: string, change: Partial<ConflictRecord> = {}): ConflictRecord =>
  pendingConflict({
    id,
    entity: 'public.users',
    key: 'a secret key',
    base: ['a secret'],
    sql: secret,
    mongodb: secret,
    ...change,
  });

function rig() {
  const clock = new HandClock();
  const feed = new EventFeed({ epoch: 'a' });
  const told: { type: string; data: Record<string, unknown> }[] = [];
  feed.listen(undefined, ({ type, data }) => told.push({ type, data: JSON.parse(data) as Record<string, unknown> }));
  return { clock, told, news: engineNews(feed, clock) };
}

test('a burst is a hundred events and a count; none has a key or a value', async () => {
  const { clock, told, news } = rig();
  for (let n = 0; n < 5000; n++) news.conflict(conflict(`c${n}`));
  expect(told).toEqual([]);
  await clock.pass();
  expect(told).toHaveLength(101);
  expect(told.at(-1)).toEqual({ type: 'conflict', data: { more: 4900 } });
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('of one conflict the newest state is told, also when it moved or closed by itself', async () => {
  const { clock, told, news } = rig();
  news.conflict(conflict('c'));
  news.moved(conflict('c', { kind: 'delete_update' }));
  await clock.pass();
  news.closed(['c'], ['d']);
  await clock.pass();
  expect(told.map(({ type, data }) => [type, data['kind'] ?? data['state']])).toEqual([
    ['conflict', 'delete_update'],
    ['conflict', 'resolved'],
    ['dead_letter', 'gone'],
  ]);
});
