/** Says when the next regular comparison is due; how often can be changed at any time. Must not know what is compared. */
import type { Clock } from '../../base/clock.js';

export interface TimetableOptions {
  readonly clock: Clock;
  readonly due: () => Promise<unknown>;
  readonly everyMs: number | null;
}

/** The first one of a sync comes no later than this after its start. */
const firstMs = 3_600_000;
/** Longer waits are cut into pieces of this, since a timer holds no more than 24 days. */
const sleepMostMs = 3_600_000;
const retryMs = 60_000;

export class Timetable {
  private current: number | null;
  private changed = new AbortController();

  constructor(private readonly options: TimetableOptions) {
    this.current = options.everyMs;
  }

  get everyMs(): number | null {
    return this.current;
  }

  set(ms: number | null): void {
    this.current = ms;
    this.changed.abort();
  }

  /** `last`: when the newest comparison began; null: there was none. */
  async run(last: () => Promise<number | null>, signal: AbortSignal): Promise<void> {
    const { clock, due } = this.options;
    const begun = clock.now();
    while (!signal.aborted) {
      const every = this.current;
      const at = await last().catch(() => clock.now());
      const next = every === null ? Infinity : at === null ? begun + Math.min(every, firstMs) : at + every;
      const wait = next - clock.now();
      if (wait > 0) await this.sleep(Math.min(wait, sleepMostMs), signal);
      // What could not be begun now is tried again.
      else await due().catch(() => this.sleep(retryMs, signal));
    }
  }

  private async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.changed = new AbortController();
    await this.options.clock.sleep(ms, AbortSignal.any([signal, this.changed.signal]));
  }
}
