/** The live events of a sync: a bounded memory of the last ones, and who listens. Must not know how they are sent. */

/** What stands for a whole state: only the newest one matters. */
const stateTypes = ['status', 'numbers'] as const;
const newsTypes = ['conflict', 'dead_letter', 'comparison', 'phase', 'alert', 'load'] as const;

export type EventType = (typeof stateTypes)[number] | (typeof newsTypes)[number];

export interface LiveEvent {
  readonly id: string;
  /** `reset`: what was missed is no longer known; ask for everything anew. */
  readonly type: EventType | 'reset';
  /** JSON. */
  readonly data: string;
}

export interface Listening {
  close(): void;
}

export interface EventFeedOptions {
  /** Tells this process from its predecessors: their ids mean nothing here. */
  readonly epoch: string;
  /** News that are remembered. */
  readonly most?: number;
  readonly mostListeners?: number;
}

interface Numbered extends LiveEvent {
  readonly number: number;
}

export class EventFeed {
  private last = 0;
  /** The newest news that was forgotten. */
  private forgotten = 0;
  private readonly news: Numbered[] = [];
  private readonly states = new Map<EventType, Numbered>();
  private readonly listeners = new Set<(event: LiveEvent) => void>();

  constructor(private readonly options: EventFeedOptions) {}

  get listening(): number {
    return this.listeners.size;
  }

  publish(type: EventType, data: unknown): void {
    this.last += 1;
    const event = { number: this.last, id: this.idOf(this.last), type, data: JSON.stringify(data) };
    if ((stateTypes as readonly string[]).includes(type)) this.states.set(type, event);
    else this.remember(event);
    for (const listener of this.listeners) listener(event);
  }

  /** Tells what came after `lastId` at once, then what comes; null: too many listen. */
  listen(lastId: string | undefined, listener: (event: LiveEvent) => void): Listening | null {
    if (this.listeners.size >= (this.options.mostListeners ?? 100)) return null;
    for (const event of this.missed(lastId)) listener(event);
    this.listeners.add(listener);
    return { close: () => void this.listeners.delete(listener) };
  }

  private remember(event: Numbered): void {
    this.news.push(event);
    if (this.news.length > (this.options.most ?? 1000)) this.forgotten = this.news.shift()?.number ?? this.forgotten;
  }

  private missed(lastId: string | undefined): LiveEvent[] {
    const states = [...this.states.values()];
    if (lastId === undefined) return states.sort(byNumber);
    const from = this.numberOf(lastId);
    if (from === null || from < this.forgotten)
      return [{ id: this.idOf(this.last), type: 'reset', data: '{}' }, ...states.sort(byNumber)];
    return [...this.news, ...states].filter(({ number }) => number > from).sort(byNumber);
  }

  private idOf(number: number): string {
    return `${this.options.epoch}-${number}`;
  }

  /** Null: of another process, or of none. */
  private numberOf(id: string): number | null {
    const { epoch } = this.options;
    if (!id.startsWith(`${epoch}-`) || !/^\d{1,15}$/.test(id.slice(epoch.length + 1))) return null;
    const number = Number(id.slice(epoch.length + 1));
    return number <= this.last ? number : null;
  }
}

function byNumber(a: Numbered, b: Numbered): number {
  return a.number - b.number;
}
