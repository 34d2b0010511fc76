/**
 * Decides what happens next among everything that could: whoever wants to do something asks for a step, and one step at
 * a time is picked by a seeded generator. Must not know what the steps do.
 */
import type { Clock } from '../base/clock.js';
import type { Random } from './random.js';

/** Whose steps they are: a process that can be paused or killed, or a server that cannot. */
export class Actor {
  paused = false;
  private living = true;

  constructor(readonly name: string) {}

  get alive(): boolean {
    return this.living;
  }

  /** Nothing that it asked for or will ask for ever happens, and none of its promises settles. Use `Scheduler.kill`. */
  end(): void {
    this.living = false;
  }
}

interface Pending {
  readonly actor: Actor;
  readonly label: string;
  /** A step whose condition does not hold is not picked. */
  readonly ready: (() => boolean) | undefined;
  readonly run: () => void;
}

interface Sleeper {
  readonly actor: Actor;
  readonly at: number;
  readonly wake: () => void;
}

export class Scheduler {
  /** Virtual milliseconds; they pass only here. */
  now = 1_700_000_000_000;
  steps = 0;
  /** Labels that are rarely picked in this run: uneven speeds find more than even ones. */
  readonly slow = new Set<string>();
  trace: ((line: string) => void) | undefined;
  /** Asked before time jumps: whether something else could be done instead, and was. */
  onIdle: () => boolean = () => false;
  private pending: Pending[] = [];
  private sleepers: Sleeper[] = [];

  constructor(private readonly random: Random) {}

  /** Resolves with what `effect` answers, when the step has been picked. */
  step<T>(actor: Actor, label: string, effect: () => T, ready?: () => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!actor.alive) return;
      const run = (): void => {
        try {
          resolve(effect());
        } catch (error) {
          reject(error as Error);
        }
      };
      this.pending.push({ actor, label, ready, run });
    });
  }

  /** The clock that an actor sees. */
  clock(actor: Actor): Clock {
    return {
      now: () => this.now,
      sleep: (ms, signal) => this.sleep(actor, ms, signal),
    };
  }

  kill(actor: Actor): void {
    actor.end();
    this.pending = this.pending.filter((one) => one.actor !== actor);
    this.sleepers = this.sleepers.filter((one) => one.actor !== actor);
  }

  /** Runs one step if there is one that can run; else time jumps to the next sleeper. False: nothing can ever happen. */
  tick(): boolean {
    this.steps++;
    if (this.random.chance(0.2)) this.now++;
    if (this.wakeOne(this.now) && this.random.chance(0.7)) return true;
    const index = this.choose();
    if (index >= 0) {
      const [chosen] = this.pending.splice(index, 1) as [Pending];
      this.trace?.(`${chosen.actor.name} ${chosen.label}`);
      chosen.run();
      return true;
    }
    return this.onIdle() || this.wakeOne(Number.POSITIVE_INFINITY);
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.now += ms;
  }

  /** Whether some step could run now, without time passing. */
  get busy(): boolean {
    return this.pending.some((one) => !one.actor.paused && (one.ready === undefined || one.ready()));
  }

  /** Labels of what waits, for a failure's report. */
  waiting(): string[] {
    return this.pending.map((one) => `${one.actor.name} ${one.label}`);
  }

  /** The steps in a circle from a random place: the first that can run, past slow ones mostly. */
  private choose(): number {
    const { length } = this.pending;
    if (length === 0) return -1;
    const start = this.random.int(length);
    let fallback = -1;
    for (let i = 0; i < length; i++) {
      const index = start + i < length ? start + i : start + i - length;
      const one = this.pending[index] as Pending;
      if (one.actor.paused || (one.ready !== undefined && !one.ready())) continue;
      if (!this.slow.has(one.label) || this.random.chance(0.1)) return index;
      if (fallback < 0) fallback = index;
    }
    return fallback;
  }

  private sleep(actor: Actor, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (!actor.alive) return;
      if (signal?.aborted) return resolve();
      const stop = (): void => {
        this.sleepers = this.sleepers.filter((one) => one !== sleeper);
        resolve();
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper: Sleeper = { actor, at: this.now + Math.max(0, ms), wake };
      let index = this.sleepers.length;
      while (index > 0 && (this.sleepers[index - 1] as Sleeper).at > sleeper.at) index--;
      this.sleepers.splice(index, 0, sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  private wakeOne(until: number): boolean {
    const index = this.sleepers.findIndex((one) => !one.actor.paused);
    const sleeper = this.sleepers[index];
    if (sleeper === undefined || sleeper.at > until) return false;
    this.sleepers.splice(index, 1);
    if (sleeper.at > this.now) this.now = sleeper.at;
    this.trace?.(`${sleeper.actor.name} wakes`);
    sleeper.wake();
    return true;
  }
}

/** Resolves when everything that follows from the last step has run: promises settle before the next turn of the event loop. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
