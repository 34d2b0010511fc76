/** `OwnCourseStore` of a share in the collection `phases` of `sync_metadata`: one document a share. Must not know what a turn means. */
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import type { Course } from '../model/course.js';
import type { Side } from '../model/side.js';
import type { OwnCourse, OwnCourseStore } from '../ports/course-store.js';
import { metadataDatabase, phasesCollection } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
  /** Of the last life that claimed it. */
  readonly epoch: number;
  /** Both are lacking until a first turn is saved. */
  readonly number?: number;
  readonly course?: Course;
}

export interface OwnCourseStoreOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  /** The share's. */
  readonly name: string;
}

const written = { writeConcern: { w: 'majority' } } as const;

export class MongoOwnCourseStore implements OwnCourseStore {
  constructor(private readonly options: OwnCourseStoreOptions) {}

  claim(epoch: number): Promise<OwnCourse | null> {
    const { name } = this.options;
    return this.told('claiming the phase of a share', async () => {
      const found = await this.stored.findOneAndUpdate(
        { _id: name },
        { $max: { epoch }, $setOnInsert: { name } },
        { upsert: true, returnDocument: 'after', ...written },
      );
      return found?.number === undefined || found.course === undefined
        ? null
        : { number: found.number, course: found.course };
    });
  }

  save(epoch: number, { number, course }: OwnCourse): Promise<boolean> {
    return this.told('writing the phase of a share', async () => {
      const { matchedCount } = await this.stored.updateOne(
        this.claimedBy(epoch),
        { $set: { number, course } },
        written,
      );
      return matchedCount === 1;
    });
  }

  paid(epoch: number, side: Side): Promise<void> {
    return this.told('writing the phase of a share', async () => {
      await this.stored.updateOne(this.claimedBy(epoch), { $pull: { 'course.owed': side } as Document }, written);
    });
  }

  private claimedBy(epoch: number): Document {
    return { _id: this.options.name, epoch: { $lte: epoch } };
  }

  private get stored(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(phasesCollection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
