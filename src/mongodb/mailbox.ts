/**
 * `Mailbox` in `sync_metadata.requests`: a document for a question and one for its answer, long texts in slices beside them, since
 * a document has a bound. What nobody fetches any more the server removes by itself. Must not know what is asked.
 */
import { randomUUID } from 'node:crypto';
import { Binary, type Collection, type Document, type MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import type { Mailbox, Question } from '../ports/mailbox.js';
import { errorCode } from './mongo-error.js';
import { metadataDatabase, requestsCollection } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
  /** Of the question that it belongs to. */
  readonly of: string;
  /** The server removes it after this. */
  readonly gone: Date;
  /** UTF-8, or a slice of it. */
  readonly text: Binary;
}

/** Of a question or an answer. */
type Head = Pick<Stored, 'name' | 'of' | 'gone' | 'text'> & { readonly batch: string; readonly slices: number };

export interface MailboxOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  readonly name: string;
  /** For tests. */
  readonly sliceBytes?: number;
}

const majority = { writeConcern: { w: 'majority' } } as const;
const reading = { readConcern: 'majority' } as const;
const sliceMost = 8_000_000;
const lookMs = 25;
/** Far longer than any question waits. */
const keptMs = 3_600_000;
const duplicateKey = 11000;

export class MongoMailbox implements Mailbox {
  constructor(private readonly options: MailboxOptions) {}

  async ask(share: number, text: string, limitMs: number): Promise<string | null> {
    const { clock } = this.options;
    const id = randomUUID();
    const patience = clock.now() + limitMs;
    try {
      await this.told('asking a worker', async () => {
        const { text: first, ...head } = await this.put(id, text);
        const until = { $add: ['$$NOW', limitMs] };
        const question = [{ $set: { ...head, share, until, text: { $literal: first } } }];
        await this.requests.updateOne({ _id: id }, question, { upsert: true, ...majority });
      });
      for (;;) {
        const answer = await this.told('waiting for an answer', () => this.get(answerId(id)));
        if (answer !== null || clock.now() >= patience) return answer;
        await clock.sleep(lookMs);
      }
    } finally {
      // Else the server does it.
      await this.requests.deleteMany({ of: id }).catch(() => undefined);
    }
  }

  waiting(shares: readonly number[], known: Pick<ReadonlySet<string>, 'has'>): Promise<readonly Question[]> {
    const { name } = this.options;
    return this.told('reading what is asked', async () => {
      const open = { name, share: { $in: [...shares] }, $expr: { $gt: ['$until', '$$NOW'] } };
      const found = await this.requests
        .find(open, { ...reading, projection: { text: 0 } })
        .sort({ until: 1 })
        .toArray();
      const questions: Question[] = [];
      for (const { _id, share } of found) {
        const text = known.has(_id) ? null : await this.get(_id);
        if (text !== null) questions.push({ id: _id, share: Number(share), text });
      }
      return questions;
    });
  }

  answer(id: string, text: string): Promise<void> {
    return this.told('answering', async () => {
      const head = await this.put(id, text);
      await this.requests.insertOne({ _id: answerId(id), ...head }, majority).catch((error: unknown) => {
        if (errorCode(error) !== duplicateKey) throw error;
      });
    });
  }

  /** All slices but the first, which stands in the document that tells of the others. */
  private async put(id: string, text: string): Promise<Head> {
    const { clock, name, sliceBytes = sliceMost } = this.options;
    const common = { name, of: id, gone: new Date(clock.now() + keptMs) };
    const bytes = Buffer.from(text);
    const batch = randomUUID();
    const slices = Math.max(1, Math.ceil(bytes.length / sliceBytes));
    const slice = (at: number): Binary => new Binary(bytes.subarray(at * sliceBytes, (at + 1) * sliceBytes));
    for (let at = 1; at < slices; at++)
      await this.requests.insertOne({ _id: sliceId(batch, at), ...common, text: slice(at) }, majority);
    return { ...common, batch, slices, text: slice(0) };
  }

  /** Null: it is not there (any more). */
  private async get(_id: string): Promise<string | null> {
    const head = await this.requests.findOne({ _id, name: this.options.name }, reading);
    if (head === null) return null;
    const texts = [head.text.value()];
    for (let at = 1; at < Number(head['slices']); at++) {
      const slice = await this.requests.findOne({ _id: sliceId(String(head['batch']), at) }, reading);
      if (slice === null) return null;
      texts.push(slice.text.value());
    }
    return Buffer.concat(texts).toString();
  }

  private get requests(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(requestsCollection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}

function answerId(id: string): string {
  return `${id}/answer`;
}

function sliceId(batch: string, at: number): string {
  return `${batch}/${at}`;
}
