/**
 * Whether the connector tells what the sync needs, seen by an example: a transaction with a row of ours and a mark is written, and has to come
 * out of the topic whole. Must not know a broker, nor how it is written.
 */
import { randomUUID } from 'node:crypto';
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { markOf } from './marks.js';
import type { DebeziumSourceOptions } from './source-options.js';

/** Longer than a connector takes to restart. */
const limitMs = 60_000;

type ProbeOptions = Pick<DebeziumSourceOptions, 'clock' | 'connector' | 'modes' | 'name' | 'probe' | 'topic'>;

/** Reads from `from` on. */
export async function waitForProbe(options: ProbeOptions, from: bigint): Promise<void> {
  const id = `begin:${randomUUID()}`;
  const { clock, topic } = options;
  const reader = await topic.open(from);
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then(() => null);
  const seen = new Seen(id, options);
  try {
    await options.probe(id);
    while (!seen.whole) {
      const messages = await Promise.race([reader.next(), late]);
      if (messages === null) throw silent(topic.topic);
      for (const { value } of messages) seen.take(value === null ? null : value.toString());
    }
  } finally {
    over.abort();
    await reader.close();
  }
}

class Seen {
  whole = false;
  private transaction: string | null = null;
  private row = false;

  constructor(
    private readonly id: string,
    private readonly options: ProbeOptions,
  ) {}

  take(value: string | null): void {
    if (value === null || this.whole) return;
    const envelope = this.read(value);
    if (envelope?.kind === 'row' && envelope.table === 'isthmus.progress' && envelope.after?.['saved'] === this.id)
      this.row = true;
    if ((envelope?.kind === 'message' || envelope?.kind === 'row') && markOf(envelope, this.options) === this.id)
      this.transaction = envelope.place.transaction;
    if (envelope?.kind !== 'end' || this.options.connector.dialect.transactionOf(envelope.id) !== this.transaction)
      return;
    if (!this.row) throw unfit('tells of our marks, and not of table isthmus.progress');
    this.whole = true;
  }

  /** Of other messages nothing is asked yet; one that has our id and cannot be read tells what is set wrongly. */
  private read(value: string): Envelope | null {
    try {
      return readEnvelope(value, this.options.connector.dialect);
    } catch (error) {
      if (!isIsthmusError(error, 'message_invalid')) throw error;
      if (value.includes(this.id)) throw unfit(`writes what cannot be read: ${error.message}`);
      return null;
    }
  }
}

function unfit(what: string): IsthmusError {
  return new IsthmusError('debezium_unfit', { message: `The Debezium connector ${what}.` });
}

function silent(topic: string): IsthmusError {
  return new IsthmusError('debezium_silent', {
    message: `What was written to the SQL side has not come to topic ${topic} within ${limitMs / 1000} s.`,
  });
}
