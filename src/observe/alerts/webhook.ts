/**
 * Posts alerts to an address, one after the other, again and again until it answers or they are given up. Bounded, and
 * never anybody's trouble but its own: what goes wrong is logged and counted. The address is a secret.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';

export type Delivery = 'sent' | 'given_up' | 'dropped';

export interface WebhookOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counted: (what: Delivery) => void;
  /** How long an answer may take. */
  readonly timeoutMs?: number;
  readonly firstPauseMs?: number;
}

interface Notice {
  readonly name: string;
  readonly body: string;
}

type Answer = { readonly kind: 'sent' } | { readonly kind: 'again' | 'never'; readonly why: string };

const mostWaiting = 100;
/** With the pauses between them, about six minutes. */
const mostTries = 12;
const longestPauseMs = 60_000;
/** Client errors that may pass. */
const passing = new Set([408, 425, 429]);

export class Webhook {
  private readonly waiting: Notice[] = [];
  private readonly stopper = new AbortController();
  private work: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(private readonly options: WebhookOptions) {}

  /** Never throws and never waits. The oldest one goes if too many wait. */
  post(name: string, body: object): void {
    if (this.stopper.signal.aborted) return;
    if (this.waiting.length >= mostWaiting) this.giveUp(this.waiting.shift() as Notice, 'dropped', 'too many wait');
    this.waiting.push({ name, body: JSON.stringify(body) });
    if (this.busy) return;
    this.busy = true;
    this.work = this.deliverAll();
  }

  /** Waits for what is under way, but not for long. */
  async stop(limitMs: number): Promise<void> {
    const limit = new AbortController();
    await Promise.race([this.work, this.options.clock.sleep(limitMs, limit.signal)]);
    limit.abort();
    this.stopper.abort();
    await this.work;
  }

  private async deliverAll(): Promise<void> {
    for (let notice = this.waiting.shift(); notice !== undefined; notice = this.waiting.shift())
      await this.deliver(notice);
    this.busy = false;
  }

  private async deliver(notice: Notice): Promise<void> {
    const { clock, counted, log, firstPauseMs = 1000 } = this.options;
    for (let tries = 1; ; tries++) {
      const answer = await this.send(notice);
      if (answer.kind === 'sent') return counted('sent');
      if (answer.kind === 'never' || tries >= mostTries || this.stopper.signal.aborted)
        return this.giveUp(notice, 'given_up', answer.why);
      log.warn({ alert: notice.name, tries, why: answer.why }, 'an alert could not be delivered and is sent again');
      await clock.sleep(Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs), this.stopper.signal);
    }
  }

  private async send({ body }: Notice): Promise<Answer> {
    const { url, timeoutMs = 10_000 } = this.options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'isthmus' },
        body,
        // An address that sends on to another one was not configured.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.stopper.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return { kind: 'sent' };
      const why = `status ${response.status}`;
      return { kind: response.status < 500 && !passing.has(response.status) ? 'never' : 'again', why };
    } catch (error) {
      // Its message may name the address.
      return { kind: 'again', why: reasonOf(error) };
    }
  }

  private giveUp({ name }: Notice, what: Delivery, why: string): void {
    this.options.counted(what);
    this.options.log.error({ alert: name, why }, 'an alert was not delivered: its receiver does not take it');
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'no answer in time';
  return typeof cause?.code === 'string' ? cause.code : 'no connection';
}
