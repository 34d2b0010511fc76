/** `MigrationStore` in the collection `phases` of `sync_metadata`: one document a sync. Must not know what the state says. */
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { CommonCourse, Course, Direction, Turn } from '../model/course.js';
import type { Side } from '../model/side.js';
import type { CommonCourseStore } from '../ports/course-store.js';
import type { MigrationStore, StoredMigration, StoredTurn } from '../ports/migration-store.js';
import { metadataDatabase, phasesCollection } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
  readonly name: string;
  readonly revision: number;
  /** Of the last life that claimed the course. */
  readonly epoch: number;
  readonly course: Course;
  /** Where several engines follow it: of the turn that `course` is, and the one that is announced. */
  readonly number?: number;
  readonly coming?: Turn | null;
  /** JSON: names of tables are keys in it. */
  readonly state: string;
}

const written = { writeConcern: { w: 'majority' } } as const;

export interface MigrationStoreOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  readonly name: string;
}

export class MongoMigrationStore implements MigrationStore, CommonCourseStore {
  constructor(private readonly options: MigrationStoreOptions) {}

  load(first: { readonly course: Course; readonly state: unknown }): Promise<StoredMigration> {
    const { name } = this.options;
    return this.told('reading the phase', async () => {
      const found = await this.stored().findOneAndUpdate(
        { _id: name },
        { $setOnInsert: { name, revision: 0, epoch: 0, course: first.course, state: JSON.stringify(first.state) } },
        { upsert: true, returnDocument: 'after', ...written },
      );
      const { revision, course, state } = mustBe(found);
      return { revision, course, state: JSON.parse(state) as unknown };
    });
  }

  save(revision: number, state: unknown, turn?: StoredTurn): Promise<boolean> {
    const fenced = turn === undefined ? {} : { epoch: { $lte: turn.epoch }, ...announced(turn) };
    const course = turn === undefined ? {} : { course: turn.course, ...inForce(turn) };
    const text = JSON.stringify(state);
    return this.told('writing the phase', async () => {
      const next = { revision: revision + 1, state: text, ...course };
      const { matchedCount } = await this.stored().updateOne(
        { _id: this.options.name, revision, ...fenced },
        { $set: next },
        written,
      );
      if (matchedCount === 1) return true;
      // An answer that was lost may have been a yes.
      const there = await this.stored().findOne({ _id: this.options.name });
      return there?.revision === revision + 1 && there.state === text;
    });
  }

  claim(epoch: number): Promise<Course> {
    return this.told('claiming the phase', async () => {
      const found = await this.stored().findOneAndUpdate(
        { _id: this.options.name },
        { $max: { epoch } },
        { returnDocument: 'after', ...written },
      );
      return mustBe(found).course;
    });
  }

  paid(epoch: number, side: Side): Promise<void> {
    return this.told('writing the phase', async () => {
      await this.stored().updateOne(
        { _id: this.options.name, epoch: { $lte: epoch } },
        { $pull: { 'course.owed': side } as Document },
        written,
      );
    });
  }

  common(): Promise<CommonCourse> {
    return this.told('reading the phase', async () => {
      // An old primary may not know what was announced: who believed it could miss what users write once they are told.
      const now = { readConcern: 'linearizable', maxTimeMS: 10_000 } as const;
      const {
        course,
        number = 0,
        coming = null,
      } = mustBe(await this.stored().findOne({ _id: this.options.name }, now));
      return { number, direction: course.direction, coming };
    });
  }

  announce(direction: Direction): Promise<{ readonly number: number; readonly from: Direction }> {
    return this.told('announcing a phase', async () => {
      const last = { $max: ['$number', '$coming.number', 0] };
      const found = await this.stored().findOneAndUpdate(
        { _id: this.options.name },
        [{ $set: { coming: { number: { $add: [last, 1] }, direction } } }],
        { returnDocument: 'after', ...written },
      );
      const { course, coming } = mustBe(found);
      return { number: (coming as Turn).number, from: course.direction };
    });
  }

  private stored(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(phasesCollection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}

/** Nobody has announced another one meanwhile. */
function announced({ number }: StoredTurn): Document {
  return number === undefined ? {} : { 'coming.number': number };
}

function inForce({ number }: StoredTurn): Document {
  return number === undefined ? {} : { number, coming: null };
}

function mustBe(found: Stored | null): Stored {
  if (found !== null) return found;
  throw new IsthmusError('metadata_invalid', { message: 'The document of the phase has vanished from sync_metadata.' });
}
