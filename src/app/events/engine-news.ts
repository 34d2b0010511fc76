/**
 * Turns what the engine tells of conflicts and dead letters into live events, gathered for a moment: a burst of thousands becomes
 * a hundred and a count. Events name records by their conflict only; no value leaves here.
 */
import type { Clock } from '../../base/clock.js';
import type { ConflictRecord, DeadLetter } from '../../model/conflict.js';
import { type EngineObserver, silentObserver } from '../../sync/observer.js';
import type { EventFeed, EventType } from './event-feed.js';

const gatherMs = 150;
const mostTogether = 100;

/** Without what the object's own class needs: the observer's calls are plain functions. */
export function engineNews(feed: EventFeed, clock: Clock): EngineObserver {
  const conflicts = new Gathered(feed, 'conflict', clock);
  const letters = new Gathered(feed, 'dead_letter', clock);
  return {
    ...silentObserver,
    conflict: (one) => conflicts.add(one.id, conflictNews(one)),
    moved: (one) => conflicts.add(one.id, conflictNews(one)),
    closed: (over, gone) => {
      for (const id of over) conflicts.add(id, { conflictId: id, state: 'resolved', resolvedBy: 'agreement' });
      for (const id of gone) letters.add(id, { id, state: 'gone' });
    },
    deadLetter: (one) => letters.add(one.id, letterNews(one)),
  };
}

class Gathered {
  private readonly news = new Map<string, object>();
  private more = 0;
  private waiting = false;

  constructor(
    private readonly feed: EventFeed,
    private readonly type: EventType,
    private readonly clock: Clock,
  ) {}

  add(id: string, data: object): void {
    if (this.news.size < mostTogether || this.news.has(id)) this.news.set(id, data);
    else this.more += 1;
    if (this.waiting) return;
    this.waiting = true;
    void this.clock.sleep(gatherMs).then(() => this.publish());
  }

  private publish(): void {
    const all: object[] = [...this.news.values()];
    if (this.more > 0) all.push({ more: this.more });
    this.news.clear();
    this.more = 0;
    this.waiting = false;
    for (const data of all) this.feed.publish(this.type, data);
  }
}

function conflictNews({ id, entity, kind, state, resolution, resolvedBy }: ConflictRecord): object {
  return { conflictId: id, table: entity, kind, state, resolution, resolvedBy };
}

function letterNews({ id, entity, link, code, attempts }: DeadLetter): object {
  return { id, table: entity, link, code, attempts };
}
