/** `ShareBoard` in `sync_metadata.shares`: one document a share, and one for what is wanted of all. Must not know what a status says. */
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { shareName } from '../model/share.js';
import type { ComparedReads, Layout, ShareBoard, ShareReport } from '../ports/share-board.js';
import { metadataDatabase, sharesCollection } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
}

export interface ShareBoardOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  readonly name: string;
}

/** Who has told nothing for so long has ended. */
const gone = { unit: 'second', amount: -60 } as const;

const majority = { writeConcern: { w: 'majority' } } as const;

export class MongoShareBoard implements ShareBoard {
  constructor(private readonly options: ShareBoardOptions) {}

  post(owner: string, statuses: ReadonlyMap<number, unknown>): Promise<void> {
    const { name } = this.options;
    if (statuses.size === 0) return Promise.resolve();
    return this.told('telling of its shares', async () => {
      const operations = [...statuses].map(([share, status]) => ({
        updateOne: {
          filter: { _id: shareName(name, share) },
          update: [{ $set: { name, share, owner, at: '$$NOW', status: { $literal: JSON.stringify(status) } } }],
          upsert: true,
        },
      }));
      await this.shares.bulkWrite(operations, { ordered: false });
    });
  }

  reports(): Promise<readonly ShareReport[]> {
    const { name } = this.options;
    return this.told('reading of shares', async () => {
      const found = await this.shares
        .aggregate<Document>([
          { $match: { name, share: { $exists: true } } },
          { $set: { ageMs: { $subtract: ['$$NOW', '$at'] } } },
          { $sort: { share: 1 } },
        ])
        .toArray();
      return found.map(({ share, owner, status, ageMs }) => ({
        share: Number(share),
        owner: String(owner),
        status: JSON.parse(String(status)) as unknown,
        ageMs: Number(ageMs),
      }));
    });
  }

  postReads(owner: string, { compared, different }: ComparedReads): Promise<void> {
    const { name } = this.options;
    return this.told('telling of compared reads', async () => {
      const told = { name, reader: owner, at: '$$NOW', compared, different };
      await this.shares.updateOne({ _id: `${name}/reads/${owner}` }, [{ $set: told }], { upsert: true });
    });
  }

  readsOfOthers(owner: string): Promise<ComparedReads> {
    const { name } = this.options;
    return this.told('reading of compared reads', async () => {
      const lately = { $gte: ['$at', { $dateAdd: { startDate: '$$NOW', ...gone } }] };
      const [sum] = await this.shares
        .aggregate<ComparedReads>([
          { $match: { name, reader: { $exists: true, $ne: owner }, $expr: lately } },
          { $group: { _id: null, compared: { $sum: '$compared' }, different: { $sum: '$different' } } },
        ])
        .toArray();
      return { compared: sum?.compared ?? 0, different: sum?.different ?? 0 };
    });
  }

  claimLayout({ partitions, format }: Layout): Promise<Layout> {
    const { name } = this.options;
    return this.told('storing how its progress is divided', async () => {
      const stored = await this.shares.findOneAndUpdate(
        { _id: name },
        [{ $set: { name, layout: { $ifNull: ['$layout', { partitions, format }] } } }],
        { upsert: true, returnDocument: 'after', ...majority },
      );
      return stored?.['layout'] as Layout;
    });
  }

  paused(): Promise<boolean> {
    const { name } = this.options;
    return this.told('reading what is wanted', async () => {
      const found = await this.shares.findOne({ _id: name, name }, { readConcern: 'majority' });
      return found?.['paused'] === true;
    });
  }

  setPaused(paused: boolean): Promise<void> {
    const { name } = this.options;
    return this.told('telling what is wanted', async () => {
      await this.shares.updateOne({ _id: name }, { $set: { name, paused } }, { upsert: true, ...majority });
    });
  }

  private get shares(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(sharesCollection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
