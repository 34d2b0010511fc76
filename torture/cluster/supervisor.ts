/**
 * Keeps the sync running as a service manager would: what was killed or ended with a retryable code is started again, and an
 * end that nobody caused is a problem of the run. Must not know which faults there are.
 */
import { waitFor } from '../../src/testing/wait-for.js';
import { type Ending, endingOf } from './endings.js';
import { type Program, SyncProcess } from './sync-process.js';

export interface SupervisorCounts {
  readonly started: number;
  readonly ends: Readonly<Partial<Record<Ending, number>>>;
  /** Fault point → how often a process killed itself there. */
  readonly pointsHit: Readonly<Record<string, number>>;
  /** Ends by a retryable code, by the error's code. */
  readonly unreachable: Readonly<Record<string, number>>;
}

/** More than any run needs: one that always ends at once must not fill the disk with logs. */
const mostStarts = 5_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
export const startLimitMs = 120_000;

export class Supervisor {
  readonly problems: string[] = [];
  readonly #counts = { started: 0, ends: {} as Record<string, number>, pointsHit: {} as Record<string, number> };
  readonly #unreachable: Record<string, number> = {};
  readonly #expected = new Set<string>();
  /** All that live, the newest last: that one is the one to keep. */
  #alive: SyncProcess[] = [];
  /** Processes that were there when a second one was started. */
  readonly #rivalled = new WeakSet<SyncProcess>();
  #wanted = false;
  #starting: Promise<SyncProcess> | null = null;
  #nextFault: string | null = null;
  #pauseMs = firstPauseMs;

  constructor(
    private readonly program: Program,
    private readonly note: (text: string) => void,
  ) {}

  get counts(): SupervisorCounts {
    return { ...this.#counts, unreachable: this.#unreachable };
  }

  /** The newest process; null while none runs. */
  get current(): SyncProcess | null {
    return this.#alive.at(-1) ?? null;
  }

  /** From now on one process is kept running. */
  async go(): Promise<void> {
    this.#wanted = true;
    await this.#ensure();
  }

  /** A process that syncs. */
  syncing(limitMs = startLimitMs): Promise<SyncProcess> {
    return waitFor(() => (this.current?.hasSynced === true ? this.current : null), {
      what: 'the sync to run',
      limitMs,
    });
  }

  /** SIGKILL to the newest; it is started again, with a point to kill itself at if one is given. */
  async kill(nextFault: string | null = null): Promise<void> {
    this.#nextFault = nextFault;
    const victim = this.current;
    victim?.signal('SIGKILL');
    await victim?.ended;
  }

  /** Starts another one beside it, as by mistake; the newest is the one that is kept from then on. `port`: of its API; null: a free one. */
  async startRival(port: number | null = null): Promise<SyncProcess> {
    for (const process of this.#alive) this.#rivalled.add(process);
    const rival = await this.#start(port);
    // Which of the two is fenced depends on who was slower.
    this.#rivalled.add(rival);
    return rival;
  }

  /** Ends all in order; none is started until `go`. A process that does not end is killed, which is a problem. */
  async hold(limitMs = 30_000): Promise<void> {
    this.#wanted = false;
    await this.#starting?.catch(() => undefined);
    for (const process of [...this.#alive]) {
      process.signal('SIGCONT');
      process.signal('SIGTERM');
      const timer = setTimeout(() => {
        this.problems.push(`${process.name} did not end within ${limitMs} ms of SIGTERM`);
        process.signal('SIGKILL');
      }, limitMs);
      await process.ended;
      clearTimeout(timer);
    }
  }

  /** Starts one that is meant to stop for safety with one of these codes; resolves with the code. */
  async stopsWith(codes: readonly string[], limitMs = startLimitMs): Promise<string> {
    for (const code of codes) this.#expected.add(code);
    try {
      return await this.#untilRefused(codes, limitMs);
    } finally {
      this.#expected.clear();
    }
  }

  async #untilRefused(codes: readonly string[], limitMs: number): Promise<string> {
    const until = performance.now() + limitMs;
    while (performance.now() < until) {
      const process = await this.#start();
      const timer = setTimeout(() => process.signal('SIGKILL'), Math.max(0, until - performance.now()));
      const { error } = await process.ended;
      clearTimeout(timer);
      if (error !== null && codes.includes(error)) return error;
    }
    throw new Error(`The sync did not stop with ${codes.join(' or ')} within ${limitMs} ms.`);
  }

  async #start(port: number | null = null): Promise<SyncProcess> {
    if (this.#counts.started >= mostStarts) throw new Error(`The sync was started ${mostStarts} times.`);
    const name = `sync-${++this.#counts.started}`;
    const fault = this.#nextFault;
    this.#nextFault = null;
    this.#starting = SyncProcess.start(this.program, name, { fault, port });
    const process = await this.#starting;
    this.#starting = null;
    this.#alive.push(process);
    void this.#follow(process);
    return process;
  }

  async #follow(process: SyncProcess): Promise<void> {
    const ended = await process.ended;
    const wasNewest = this.current === process;
    this.#alive = this.#alive.filter((one) => one !== process);
    const ending = endingOf(ended, {
      killed: process.sent.has('SIGKILL'),
      stopped: process.sent.has('SIGTERM'),
      armed: process.armed !== null,
      rivalled: this.#rivalled.has(process),
      expected: this.#expected,
    });
    this.#count(process, ending, ended.error);
    if (ending === 'problem')
      this.problems.push(
        `${process.name} ended with ${ended.signal ?? ended.code} (${ended.error ?? 'no error said'})`,
      );
    this.note(`${process.name} ended: ${ending}${ended.error === null ? '' : ` (${ended.error})`}`);
    if (!this.#wanted || !wasNewest || this.current !== null) return;
    this.#pauseMs = ending === 'unreachable' ? Math.min(this.#pauseMs * 2, longestPauseMs) : firstPauseMs;
    await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
    if (this.#wanted) await this.#ensure();
  }

  /** A start takes a moment, in which nobody else may begin one. */
  async #ensure(): Promise<void> {
    if (this.current === null && this.#starting === null) await this.#start();
    else await this.#starting;
  }

  #count(process: SyncProcess, ending: Ending, error: string | null): void {
    this.#counts.ends[ending] = (this.#counts.ends[ending] ?? 0) + 1;
    if (ending === 'unreachable') this.#unreachable[error ?? ''] = (this.#unreachable[error ?? ''] ?? 0) + 1;
    if (ending !== 'at-fault-point') return;
    const point = process.armed?.split(':')[0] ?? '';
    this.#counts.pointsHit[point] = (this.#counts.pointsHit[point] ?? 0) + 1;
  }
}
