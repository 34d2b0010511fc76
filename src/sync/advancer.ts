/**
 * Brings held records on (rule 3), as a task of its own and in groups: whoever has news of a record nudges it, and a timer
 * does, with growing pauses, for those that could not go on.
 */
import { parseRecordId, type RecordId } from '../model/record.js';
import { advanceGroup } from './advance.js';
import type { Session } from './session.js';

interface Due {
  at: number;
  /** The pause after which it is looked at again if it cannot go on. */
  pause: number;
}

const groupsAtOnce = 2;
const nothingDue = { ids: [], nextAt: null };

export class Advancer {
  private readonly due = new Map<RecordId, Due>();
  private wake: (() => void) | null = null;
  private paused = false;
  private working = false;
  private lastGained = false;
  /** Looks under way, and what they look at: another look at it would only wait for its locks, and keep others waiting. */
  private readonly flying = new Set<Promise<void>>();
  private readonly inFlight = new Set<RecordId>();
  private readonly errands: (() => Promise<void>)[] = [];

  constructor(
    private readonly clock: Session['parts']['clock'],
    private readonly timerless = false,
  ) {}

  /** News of a record: look at it as soon as possible. */
  readonly nudge = (id: RecordId): void => {
    this.due.set(id, { at: 0, pause: 0 });
    this.wake?.();
  };

  /** Work that uses the settlements' lanes, done between two looks. After the session's end nothing more is done. */
  perform<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.errands.push(async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error as Error);
          throw error;
        }
      });
      this.wake?.();
    });
  }

  /** Nobody has news: look at it again later. */
  private later(id: RecordId, wait: { readonly ms: number; readonly pause: number }): void {
    if (this.timerless) return;
    const at = this.clock.now() + wait.ms;
    const known = this.due.get(id);
    if (known === undefined || known.at > at) this.due.set(id, { at, pause: wait.pause });
  }

  async run(session: Session): Promise<void> {
    const { options } = session.parts;
    try {
      while (!session.signal.aborted) {
        if (this.errands.length > 0) await this.runErrand(session);
        const { ids, nextAt } = this.flying.size < groupsAtOnce ? this.take(options.group) : nothingDue;
        if (ids.length > 0) this.fly(session, ids);
        else if (this.flying.size > 0) await Promise.race([...this.flying, this.news()]);
        else {
          this.lastGained = false;
          session.linksGoOn();
          // Links that go on may bring news at once.
          if (!this.paused && (this.errands.length > 0 || this.isDue)) continue;
          await this.rest(session, nextAt);
        }
      }
    } finally {
      await Promise.allSettled([...this.flying]);
    }
  }

  /** One group's settlements are written to SQL while the next one's are to MongoDB. */
  private fly(session: Session, ids: readonly { readonly id: RecordId; readonly pause: number }[]): void {
    for (const { id } of ids) this.inFlight.add(id);
    const look = this.look(session, ids).finally(() => {
      this.flying.delete(look);
      for (const { id } of ids) this.inFlight.delete(id);
    });
    this.flying.add(look);
    look.catch((error: unknown) => session.fail(error));
  }

  private async look(
    session: Session,
    ids: readonly { readonly id: RecordId; readonly pause: number }[],
  ): Promise<void> {
    const { options } = session.parts;
    const pauses = new Map(ids.map(({ id, pause }) => [id, pause]));
    const before = heldOf(session);
    await advanceGroup(
      session,
      ids.map(({ id }) => id),
      {
        wait: (id, ms) => this.later(id, { ms, pause: pauses.get(id) ?? 0 }),
        retry: (id) => {
          const pause = Math.min(Math.max(options.timerMs, (pauses.get(id) ?? 0) * 2), options.timerMaxMs);
          this.later(id, { ms: pause, pause });
        },
      },
    );
    this.lastGained = heldOf(session) < before;
    session.linksGoOn();
  }

  /** Resolves when something is due, or the session ends. */
  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private async runErrand(session: Session): Promise<void> {
    if (this.paused) return;
    // It has the lanes to itself.
    await Promise.allSettled([...this.flying]);
    const errand = this.paused || session.signal.aborted ? undefined : this.errands.shift();
    if (errand === undefined) return;
    this.working = true;
    await errand();
    this.working = false;
    session.linksGoOn();
  }

  /** Whether fewer records are held than before the last look, and more may go: links may wait for that. */
  get gains(): boolean {
    return this.lastGained;
  }

  /** Nothing has news that was not looked at. What is only to be looked at again later does not count. */
  get idle(): boolean {
    return !this.working && this.flying.size === 0 && this.errands.length === 0 && !this.isDue;
  }

  private get isDue(): boolean {
    const now = this.clock.now();
    for (const { at } of this.due.values()) if (at <= now) return true;
    return false;
  }

  private take(most: number): { ids: { id: RecordId; pause: number }[]; nextAt: number | null } {
    const now = this.clock.now();
    const ids: { id: RecordId; pause: number }[] = [];
    let nextAt: number | null = null;
    if (this.paused) return { ids, nextAt };
    for (const [id, due] of this.due) {
      if (this.inFlight.has(id)) continue;
      if (due.at <= now) {
        this.due.delete(id);
        ids.push({ id, pause: due.pause });
        if (ids.length === most) break;
      } else if (nextAt === null || due.at < nextAt) nextAt = due.at;
    }
    return { ids, nextAt };
  }

  private async rest(session: Session, nextAt: number | null): Promise<void> {
    // It may have ended during an errand.
    if (session.signal.aborted) return;
    const woken = new AbortController();
    const stop = (): void => woken.abort();
    session.signal.addEventListener('abort', stop, { once: true });
    this.wake = stop;
    const now = this.clock.now();
    await this.clock.sleep(nextAt === null ? 60_000 : Math.max(0, nextAt - now), woken.signal);
    session.signal.removeEventListener('abort', stop);
    this.wake = null;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.wake?.();
  }

  /** Drops what waits for an entity that is no longer followed. */
  forget(entity: string): void {
    for (const id of this.due.keys()) if (parseRecordId(id).entity === entity) this.due.delete(id);
  }
}

function heldOf({ links }: Session): number {
  return links.sql.held.size + links.mongodb.held.size;
}
