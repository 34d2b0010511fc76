/** Answers what other processes ask of the shares that this one has. Must not know what is asked. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Mailbox, Question } from '../../ports/mailbox.js';
import { answerQuestion, type ShareWork } from './share-questions.js';

export interface DeskParts {
  readonly mailbox: Mailbox;
  readonly shape: string;
  /** Null: it is not here now. */
  readonly engineOf: (share: number) => ShareWork | null;
  /** Those that are here now. */
  readonly shares: () => readonly number[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Between two looks: after a question others soon follow (a comparison, a person at a queue). */
const look = { busyMs: 20, calmMs: 200, busyForMs: 2_000 };
const retryMs = 1_000;
/** Longer than any question waits for its answer. */
const forgetMs = 300_000;

export class Desk {
  private readonly stopper = new AbortController();
  /** On their way to an answer, or answered and not yet fetched, and since when. */
  private readonly known = new Map<string, number>();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: DeskParts) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { clock, log, mailbox, shares } = this.parts;
    const { signal } = this.stopper;
    for (let busyUntil = 0; !signal.aborted; ) {
      try {
        this.forget();
        const mine = shares();
        const questions = mine.length === 0 ? [] : await mailbox.waiting(mine, this.known);
        if (questions.length > 0) busyUntil = clock.now() + look.busyForMs;
        for (const question of questions) this.take(question);
        await clock.sleep(clock.now() < busyUntil ? look.busyMs : look.calmMs, signal);
      } catch (error) {
        // The shares’ engines deal with a server that is away.
        log.debug({}, `what is asked could not be read: ${(error as Error).message}`);
        await clock.sleep(retryMs, signal);
      }
    }
  }

  private forget(): void {
    const before = this.parts.clock.now() - forgetMs;
    // Whoever asked has its answer, or has given up, long before.
    for (const [id, at] of this.known) if (at < before) this.known.delete(id);
  }

  private take(question: Question): void {
    const { engineOf, log, mailbox, shape } = this.parts;
    const engine = engineOf(question.share);
    if (engine === null) return;
    this.known.set(question.id, this.parts.clock.now());
    void answerQuestion(engine, shape, question.text)
      .then((text) => mailbox.answer(question.id, text))
      .catch((error: Error) => log.debug({}, `an answer could not be given: ${error.message}`));
  }
}
