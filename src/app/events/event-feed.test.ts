import { expect, test } from 'vitest';
import { EventFeed, type LiveEvent } from './event-feed.js';

function collect(feed: EventFeed, lastId?: string): { events: LiveEvent[]; close: () => void } {
  const events: LiveEvent[] = [];
  const listening = feed.listen(lastId, (event) => events.push(event));
  if (listening === null) throw new Error('refused');
  return { events, close: () => listening.close() };
}

const said = (events: readonly LiveEvent[]) => events.map(({ type, data }) => `${type} ${data}`);

test('tells a newcomer where things stand, then all that comes', () => {
  const feed = new EventFeed({ epoch: 'a' });
  feed.publish('status', 1);
  feed.publish('conflict', 2);
  feed.publish('status', 3);
  const { events, close } = collect(feed);
  feed.publish('conflict', 4);
  close();
  feed.publish('conflict', 5);
  expect(said(events)).toEqual(['status 3', 'conflict 4']);
  expect(feed.listening).toBe(0);
});

test('tells one who comes back what was missed, each state only as it is now', () => {
  const feed = new EventFeed({ epoch: 'a' });
  const { events } = collect(feed);
  for (const value of [1, 2, 3]) {
    feed.publish('conflict', value);
    feed.publish('status', value);
  }
  expect(said(collect(feed, events[0]?.id).events)).toEqual(['conflict 2', 'conflict 3', 'status 3']);
  expect(collect(feed, events.at(-1)?.id).events).toEqual([]);
});

test.each([
  ['of another process', 'b-1'],
  ['that was never given', 'a-99'],
  ['of no form', 'a-x'],
  ['that is too old', 'a-1'],
])('an id %s: reset, and where things stand', (_name, id) => {
  const feed = new EventFeed({ epoch: 'a', most: 3 });
  feed.publish('status', 0);
  for (let n = 2; n < 8; n++) feed.publish('conflict', n);
  const { events } = collect(feed, id);
  expect(said(events)).toEqual(['reset {}', 'status 0']);
  // With the id of the reset one is up to date.
  expect(collect(feed, events[0]?.id).events).toEqual([]);
});

test('the newest forgotten one is the last that can be gone on from', () => {
  const feed = new EventFeed({ epoch: 'a', most: 3 });
  for (let n = 1; n < 8; n++) feed.publish('conflict', n);
  expect(said(collect(feed, 'a-4').events)).toEqual(['conflict 5', 'conflict 6', 'conflict 7']);
  expect(said(collect(feed, 'a-3').events)).toEqual(['reset {}']);
});

test('so many listen and no more', () => {
  const feed = new EventFeed({ epoch: 'a', mostListeners: 2 });
  const first = collect(feed);
  collect(feed);
  expect(feed.listen(undefined, () => {})).toBe(null);
  first.close();
  expect(feed.listen(undefined, () => {})).not.toBe(null);
});
