/** `UnreadableStore` in `sync_metadata.unreadable_messages`: one document a message. Must not know topics. */
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import type { UnreadableMessage, UnreadableStore } from '../ports/unreadable-store.js';
import { metadataDatabase } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
  readonly at: Date;
}

export class MongoUnreadableStore implements UnreadableStore {
  constructor(
    private readonly options: { readonly clock: Clock; readonly client: MongoClient; readonly name: string },
  ) {}

  keep(message: UnreadableMessage): Promise<void> {
    const { name, clock } = this.options;
    const _id = `${name}/${message.topic}/${message.partition}/${message.offset}`;
    return this.told('keeping a message that cannot be read', async () => {
      const once = { name, ...message, at: new Date(clock.now()) };
      await this.messages.updateOne({ _id }, { $setOnInsert: once }, { upsert: true, writeConcern: { w: 'majority' } });
    });
  }

  count(): Promise<number> {
    const { name } = this.options;
    return this.told('counting messages that could not be read', () => this.messages.countDocuments({ name }));
  }

  list(limit: number): Promise<readonly (UnreadableMessage & { readonly at: number })[]> {
    return this.told('reading messages that could not be read', async () => {
      const found = await this.messages.find({ name: this.options.name }).sort({ at: -1 }).limit(limit).toArray();
      return found.map(({ topic, partition, offset, reason, at }) => ({
        topic: String(topic),
        partition: Number(partition),
        offset: String(offset),
        reason: String(reason),
        at: at.getTime(),
      }));
    });
  }

  private get messages(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>('unreadable_messages');
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
