/** `LeaseStore` in `sync_metadata.leases`: one document a role, by the server's clock. Must not know what a role does. */
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import type { Position } from '../model/change.js';
import type { Lease, LeaseStore } from '../ports/lease-store.js';
import { metadataDatabase } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
  readonly owner: string;
  readonly term: number;
  readonly until: Date;
  readonly position: Position | null;
}

export interface LeaseStoreOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  readonly name: string;
}

const written = { writeConcern: { w: 'majority' } } as const;

export class MongoLeaseStore implements LeaseStore {
  constructor(private readonly options: LeaseStoreOptions) {}

  claim(role: string, owner: string, forMs: number): Promise<Lease | null> {
    const { name } = this.options;
    const _id = `${name}/${role}`;
    const nobodys = { name, owner: '', term: 0, until: new Date(0), position: null };
    const free = { $or: [{ owner }, { $expr: { $lt: ['$until', '$$NOW'] } }] };
    const term = { $add: ['$term', { $cond: [{ $eq: ['$owner', owner] }, 0, 1] }] };
    const until = { $add: ['$$NOW', forMs] };
    return this.told('claiming a role', async () => {
      await this.leases.updateOne({ _id }, { $setOnInsert: nobodys }, { upsert: true, ...written });
      const taken = await this.leases.findOneAndUpdate({ _id, ...free }, [{ $set: { owner, term, until } }], {
        returnDocument: 'after',
        ...written,
      });
      return taken && { role, owner, term: taken.term, position: taken.position };
    });
  }

  renew({ role, owner, term }: Lease, forMs: number, position?: Position): Promise<boolean> {
    const more = position === undefined ? {} : { position };
    return this.told('renewing a role', async () => {
      const { matchedCount } = await this.leases.updateOne(
        { _id: `${this.options.name}/${role}`, owner, term },
        [{ $set: { until: { $add: ['$$NOW', forMs] }, ...more } }],
        written,
      );
      return matchedCount === 1;
    });
  }

  release({ role, owner, term }: Lease): Promise<void> {
    return this.told('letting go of a role', async () => {
      const mine = { _id: `${this.options.name}/${role}`, owner, term };
      await this.leases.updateOne(mine, { $set: { owner: '', until: new Date(0) } }, written);
    });
  }

  private get leases(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>('leases');
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
