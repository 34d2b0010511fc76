/** Repeats work at a given rate, and can be halted between two rounds. Must not know what the work is. */

/** What a lost server has kept back is not caught up at once. */
const mostLateMs = 500;

export class Paced {
  private running: Promise<void> | null = null;
  private halting: AbortController | null = null;

  constructor(
    private readonly perSecond: number,
    private readonly work: () => Promise<void>,
  ) {}

  go(): void {
    if (this.running !== null) return;
    const halting = new AbortController();
    this.halting = halting;
    this.running = this.rounds(halting.signal);
    // Told to whoever halts.
    this.running.catch(() => undefined);
  }

  /** Resolves when the round that is under way has ended; rejects with what the work threw. */
  async halt(): Promise<void> {
    this.halting?.abort();
    const { running } = this;
    this.running = null;
    await running;
  }

  private async rounds(halting: AbortSignal): Promise<void> {
    const everyMs = 1000 / this.perSecond;
    let due = performance.now();
    while (!halting.aborted) {
      const early = due - performance.now();
      if (early >= 1) await pause(early, halting);
      if (halting.aborted) return;
      await this.work();
      due = Math.max(due + everyMs, performance.now() - mostLateMs);
    }
  }
}

function pause(ms: number, halting: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      halting.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    halting.addEventListener('abort', end);
  });
}
