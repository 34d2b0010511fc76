/**
 * One custom module in a thread of its own: loaded once, asked one question at a time, ended when it hangs and started
 * again for the next question. Must not let anything of the module reach the main thread but its answers.
 */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CustomInput } from '../../conflict/custom.js';
import type { ThreadData, ThreadMessage, ThreadQuestion } from './custom-messages.js';

export interface CustomLimits {
  /** From the thread's start until the module is loaded. */
  readonly loadMs: number;
  /** For one answer. Generous: a busy machine must not make a decision wait for a person. */
  readonly callMs: number;
  readonly memoryMb: number;
  /** After so many questions in a row that cost a thread … */
  readonly lostInARow: number;
  /** … the module is not asked for so long, since every record of its table would wait out the time limit. */
  readonly restMs: number;
}

export const defaultCustomLimits: CustomLimits = {
  loadMs: 10_000,
  callMs: 1000,
  memoryMb: 256,
  lostInARow: 3,
  restMs: 60_000,
};

/** A `CustomAnswer` that also tells whether a question without an answer was one that the module threw at. */
export type ModuleAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly threw: boolean };

/** What ends the wait for a message. `lost`: the thread is of no more use. */
type Outcome = ThreadMessage | { readonly type: 'lost'; readonly reason: string };

export class CustomThread {
  private worker: Worker | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;
  private lostInARow = 0;
  private restsUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly module: string,
    private readonly limits: CustomLimits,
  ) {}

  /** Why the module cannot be used, or null. */
  load(): Promise<string | null> {
    return this.inTurn(() => this.start());
  }

  /** Never rejects. */
  ask(input: CustomInput): Promise<ModuleAnswer> {
    return this.inTurn(async () => {
      if (performance.now() < this.restsUntil)
        return this.no(`was lost ${this.limits.lostInARow} times in a row and is not asked for now`);
      const reason = await this.start();
      return reason === null ? this.answer(input) : { ok: false, reason, threw: false };
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.worker?.terminate();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async start(): Promise<string | null> {
    if (this.closed) return this.words('is not asked any more: the process stops');
    if (this.worker !== null) return null;
    const worker = this.spawn();
    const outcome = await nextMessage(worker, this.limits.loadMs);
    if (outcome.type === 'loaded') return null;
    if (outcome.type === 'lost') await this.lose(worker);
    else await this.end(worker);
    return this.words('reason' in outcome ? outcome.reason : 'answered before it was asked');
  }

  private async answer(input: CustomInput): Promise<ModuleAnswer> {
    const { worker } = this;
    if (worker === null) return this.no('ended its thread');
    const next = nextMessage(worker, this.limits.callMs);
    const question: ThreadQuestion = { input };
    worker.postMessage(question);
    const outcome = await next;
    if (outcome.type === 'lost') await this.lose(worker);
    else this.lostInARow = 0;
    if (outcome.type === 'answer') return { ok: true, value: outcome.value };
    return this.no(
      'reason' in outcome ? outcome.reason : 'answered what it was not asked',
      outcome.type === 'failed' && outcome.threw,
    );
  }

  private spawn(): Worker {
    const data: ThreadData = { url: pathToFileURL(this.module).href };
    const worker = new Worker(new URL('./custom-worker.js', import.meta.url), {
      workerData: data,
      // A pure function needs neither our secrets nor our options; what it prints is not piped into what we print.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: this.limits.memoryMb },
    });
    // Also between two questions: a timer of the module may throw, which must not end the process.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.worker === worker) this.worker = null;
    });
    worker.unref();
    this.worker = worker;
    return worker;
  }

  private async lose(worker: Worker): Promise<void> {
    this.lostInARow++;
    if (this.lostInARow >= this.limits.lostInARow) {
      this.lostInARow = 0;
      this.restsUntil = performance.now() + this.limits.restMs;
    }
    await this.end(worker);
  }

  private async end(worker: Worker): Promise<void> {
    if (this.worker === worker) this.worker = null;
    await worker.terminate();
  }

  private no(reason: string, threw = false): ModuleAnswer {
    return { ok: false, reason: this.words(reason), threw };
  }

  private words(reason: string): string {
    return `The module ${basename(this.module)} ${reason}`;
  }
}

/** The thread's next message. The time limit also keeps the process while it waits, which the thread itself does not. */
function nextMessage(worker: Worker, limitMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      worker.off('message', done);
      worker.off('error', onError);
      worker.off('exit', onExit);
      resolve(outcome);
    };
    const lost = (reason: string): void => done({ type: 'lost', reason });
    const onError = (error: unknown): void => lost(endOf(error));
    const onExit = (): void => lost('ended its thread');
    // An answer that lies ready while this thread was busy is in time: messages are read before the immediate.
    const timer = setTimeout(() => setImmediate(() => lost(`did not answer within ${limitMs} ms`)), limitMs);
    worker.on('message', done);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}

function endOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'used more memory than it may'
    : 'threw outside of its answer, which ended its thread';
}
