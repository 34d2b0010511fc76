import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import { Feed } from '../../kafka/feed.js';
import { PartitionSource } from '../../kafka/partition-source.js';
import type { SyncEngine } from '../../sync/engine.js';
import { waitFor } from '../../testing/wait-for.js';
import { type Share, ShareSlot } from './share-slot.js';

const nowhere = { seek() {}, pause() {}, resume() {} };

/** An engine as far as a slot knows it: its start looks into the databases, then reads a topic in which nothing comes. */
function shareOver(feed: Feed, looked: Promise<void>): { readonly share: Share; readonly begun: () => boolean } {
  const cut = new AbortController();
  const source = new PartitionSource({
    side: 'sql',
    topic: 't',
    partition: 0,
    division: 0,
    entities: new Map(),
    feed,
    cut: cut.signal,
    order: () => 0n,
    unreadable: () => Promise.resolve(),
  });
  let begun = false;
  let running: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    begun = true;
    await looked;
    await (await source.open(await source.begin())).next();
  };
  const engine = {
    start: () => {
      running = work();
      return running;
    },
    stop: () => running.catch(() => undefined),
    pause: () => {},
    resume: () => {},
  } as unknown as SyncEngine;
  const interrupt = (): void => {
    cut.abort();
    feed.close();
  };
  return { share: { engine, course: null, interrupt, close: () => Promise.resolve() }, begun: () => begun };
}

test.each(['before it reads', 'while it reads'])(
  'a share that is taken away %s ends, and can come back',
  async (when) => {
    let look = (): void => {};
    const looked = new Promise<void>((resolve) => {
      look = resolve;
    });
    const feed = new Feed(nowhere);
    const opened: ReturnType<typeof shareOver>[] = [];
    const slot = new ShareSlot({
      share: 0,
      open: () => {
        const one = shareOver(feed, looked);
        opened.push(one);
        return one.share;
      },
      clock: systemClock,
      log: silentLogger,
      onFailure: (error) => {
        throw error;
      },
    });
    slot.want(true);
    await waitFor(() => opened[0]?.begun() === true, { what: 'its start' });
    if (when === 'while it reads') {
      look();
      await waitFor(() => feed.wanted !== null, { what: 'its reader' });
    }
    slot.want(false);
    look();
    slot.want(true);
    await waitFor(() => opened[1]?.begun() === true && feed.wanted !== null, { what: 'its second start' });
    await slot.end();
    expect(slot.engine).toBeNull();
  },
);
