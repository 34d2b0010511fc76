/** Notes of which records a link reads anything while somebody looks at them. Must not know who looks, nor why. */
import type { RecordId } from '../model/record.js';
import type { Silent } from './silent.js';

export interface Watch {
  /** Those of which something was read since the watch began. */
  readonly moved: ReadonlySet<RecordId>;
  end(): void;
}

interface Open {
  readonly ids: ReadonlySet<RecordId>;
  readonly moved: Set<RecordId>;
}

export class Watches {
  private readonly open = new Set<Open>();

  begin(ids: readonly RecordId[]): Watch {
    const watch: Open = { ids: new Set(ids), moved: new Set() };
    this.open.add(watch);
    return { moved: watch.moved, end: () => void this.open.delete(watch) };
  }

  get idle(): boolean {
    return this.open.size === 0;
  }

  news(id: RecordId): void {
    for (const { ids, moved } of this.open) if (ids.has(id)) moved.add(id);
  }
}

/** Those who want to know what a link reads. */
interface Listeners {
  readonly silent: Silent;
  readonly watches: Watches;
}

/** Whether anybody wants to know what a link reads: there are tens of thousands of changes a second. */
export function listens({ silent, watches }: Listeners): boolean {
  return !silent.idle || !watches.idle;
}

/** A link read something of the record: a user's change, an echo, a row of a load. */
export function tellNews({ silent, watches }: Listeners, id: RecordId): void {
  silent.news(id);
  watches.news(id);
}
