/** `ConflictStore` in the database `sync_metadata`: what need not be atomic with a write. Must not know who decides conflicts. */
import type { AnyBulkWriteOperation, Collection, Document, Filter, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { ConflictRecord, DeadLetter, Discard } from '../model/conflict.js';
import type { Entity } from '../model/entity.js';
import type {
  ConflictCounts,
  ConflictFilter,
  ConflictPage,
  ConflictStore,
  ExpiryBounds,
  LoadRow,
  MappingRow,
  OpenWork,
  RecordFilter,
  RecordPage,
  StopRow,
} from '../ports/conflict-store.js';
import { deadLetterDocument, deadLetterOf, discardOf, settlementDocument, settlementOf } from './conflict-document.js';
import { countConflicts, expire, timeBeyond } from './conflict-history.js';
import { conflictJson } from './conflict-json.js';
import { cursorOf, givenUp, isOnlyTaken, olderThan, openLetter, type Stored } from './conflict-queries.js';
import { errorCode } from './mongo-error.js';
import { metadataDatabase } from './names.js';
import { patiently } from './patience.js';

const majority = { writeConcern: { w: 'majority' } } as const;

const reading = { readConcern: 'majority' } as const;
const operationsPerBulk = 1000;
/** The shown and raw forms of both sides: what a record in the engine's own form does without. */
const withoutShown = {
  base: 0,
  sqlEvent: 0,
  mongoEvent: 0,
  resolvedData: 0,
  'internal.sql.raw': 0,
  'internal.mongodb.raw': 0,
} as const;

export interface ConflictStoreOptions {
  readonly clock: Clock;
  readonly client: MongoClient;
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
}

export class MongoConflictStore implements ConflictStore {
  constructor(private readonly options: ConflictStoreOptions) {}

  openWork(): Promise<OpenWork> {
    return this.told('reading open work', async () => {
      const conflicts = await this.read('conflicts', { state: 'propagating' }, settlementOf);
      const agreements = await this.read('settlements', { state: 'propagating' }, settlementOf);
      const pending = await this.readPending();
      return {
        propagating: [...conflicts, ...agreements].sort((a, b) => a.createdAt - b.createdAt),
        pending,
        discards: await this.read('dead_letters', { state: 'propagating' }, discardOf),
        deadLetters: await this.read('dead_letters', openLetter, deadLetterOf),
        loads: await this.read('loads', {}, (_, stored) => stored['row'] as LoadRow),
        stops: await this.read('stops', {}, (_, stored) => stored['row'] as StopRow),
        mappings: await this.read('mappings', {}, (_, stored) => stored['row'] as MappingRow),
      };
    });
  }

  pending(id?: string): Promise<readonly ConflictRecord[]> {
    return this.told('reading what waits', () => this.readPending(id));
  }

  private async readPending(id?: string): Promise<readonly ConflictRecord[]> {
    const which = { state: 'pending', ...(id === undefined ? {} : { _id: id }) };
    const found = await this.read('conflicts', which, settlementOf);
    return found.filter((conflict): conflict is ConflictRecord => conflict.type === 'conflict');
  }

  savePending(conflicts: readonly ConflictRecord[]): Promise<void> {
    const { name } = this.options;
    return this.replace(
      'conflicts',
      conflicts.map((conflict) => settlementDocument(name, this.entity(conflict.entity), conflict).document),
    );
  }

  finish(
    ids: readonly string[],
    end: { readonly state: 'resolved' | 'superseded'; readonly at: number },
  ): Promise<void> {
    return this.told('ending settlements', async () => {
      const filter = { _id: { $in: [...ids] }, name: this.options.name, state: 'propagating' };
      const $set = { state: end.state, resolvedAt: new Date(end.at) };
      for (const collection of ['conflicts', 'settlements'])
        await this.stored(collection).updateMany(filter, { $set }, majority);
      await this.stored('dead_letters').updateMany(filter, { $set: { state: 'discarded' } }, majority);
    });
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.told('reading dead letters', () => this.read('dead_letters', openLetter, deadLetterOf));
  }

  discards(limit: number): Promise<readonly Discard[]> {
    return this.told('reading what was given up', async () => {
      const found = await this.stored('dead_letters')
        .find({ name: this.options.name, ...givenUp }, reading)
        .sort({ discardedAt: -1, _id: 1 })
        .limit(limit)
        .toArray();
      return found.flatMap((stored) => {
        const entity = this.options.entities.get(stored['table'] as string);
        return entity === undefined ? [] : [discardOf(entity, stored)];
      });
    });
  }

  saveDeadLetters(letters: readonly DeadLetter[]): Promise<void> {
    const { name } = this.options;
    // Of one that a successor gave up the upsert meets its own key.
    return this.replace(
      'dead_letters',
      letters.map((letter) => deadLetterDocument(name, this.entity(letter.entity), letter)),
      openLetter,
    );
  }

  removeDeadLetters(records: readonly { readonly id: string }[]): Promise<void> {
    return this.told('removing dead letters', async () => {
      await this.stored('dead_letters').deleteMany(
        { _id: { $in: records.map(({ id }) => id) }, name: this.options.name, ...openLetter },
        majority,
      );
    });
  }

  saveLoad(load: LoadRow): Promise<void> {
    return this.told('writing loads', async () => {
      const stays = [{ 'row.id': load.id, 'row.state': 'done' }, { 'row.epoch': { $gt: load.epoch } }];
      const filter = { _id: this.rowId(load.entity), $nor: stays };
      const replacement = { name: this.options.name, table: load.entity, row: load };
      try {
        await this.stored('loads').replaceOne(filter, replacement, { upsert: true, ...majority });
      } catch (error) {
        // What is there stays, so the upsert meets its key.
        if (errorCode(error) !== 11000) throw error;
      }
    });
  }

  saveMapping(mapping: MappingRow): Promise<void> {
    return this.replace('mappings', [
      { _id: this.rowId(mapping.entity), name: this.options.name, table: mapping.entity, row: mapping },
    ]);
  }

  saveStop(stop: StopRow): Promise<void> {
    return this.replace('stops', [
      { _id: this.rowId(stop.entity), name: this.options.name, table: stop.entity, row: stop },
    ]);
  }

  removeStop(entity: string): Promise<void> {
    return this.told(
      'removing a stop',
      async () => void (await this.stored('stops').deleteOne({ _id: this.rowId(entity) }, majority)),
    );
  }

  list({ state, table, kind, limit, cursor }: ConflictFilter): Promise<ConflictPage> {
    return this.told('listing conflicts', async () => {
      const where = {
        ...(state === undefined ? {} : { state }),
        ...(table === undefined ? {} : { table }),
        ...(kind === undefined ? {} : { kind }),
      };
      const filter: Filter<Stored> = {
        name: this.options.name,
        ...where,
        ...(cursor === undefined ? {} : olderThan(cursor)),
      };
      const found = await this.stored('conflicts')
        .find(filter, { ...reading, promoteValues: false, projection: { internal: 0 } })
        .sort({ created_at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const page = found.slice(0, limit);
      return {
        conflicts: page.map(conflictJson),
        cursor: found.length > limit ? cursorOf(page[page.length - 1] as Stored) : null,
      };
    });
  }

  get(id: string): Promise<Readonly<Record<string, unknown>> | null> {
    return this.told('reading a conflict', async () => {
      const found = await this.stored('conflicts').findOne(
        { _id: id, name: this.options.name },
        { ...reading, promoteValues: false, projection: { internal: 0 } },
      );
      return found === null ? null : conflictJson(found);
    });
  }

  records({ table, key, since, limit, cursor }: RecordFilter): Promise<RecordPage> {
    return this.told('reading conflicts', async () => {
      const filter: Filter<Stored> = {
        name: this.options.name,
        ...(table === undefined ? {} : { table }),
        ...(key === undefined ? {} : { 'internal.key': key }),
        ...(since === undefined ? {} : { created_at: { $gte: new Date(since) } }),
        ...(cursor === undefined ? {} : olderThan(cursor)),
      };
      const found = await this.stored('conflicts')
        .find(filter, { ...reading, projection: withoutShown })
        .sort({ created_at: -1, _id: -1 })
        .limit(limit)
        .toArray();
      const conflicts = found.flatMap((stored) => {
        const entity = this.options.entities.get(stored['table'] as string);
        const conflict = entity && settlementOf(entity, stored);
        return conflict?.type === 'conflict' ? [conflict] : [];
      });
      return { conflicts, cursor: found.length < limit ? null : cursorOf(found[found.length - 1] as Stored) };
    });
  }

  counts(since: number): Promise<ConflictCounts> {
    return this.told('counting conflicts', () => countConflicts(this.options, since));
  }

  timeBeyond(most: number): Promise<number | null> {
    return this.told('looking for old conflicts', () => timeBeyond(this.options, most));
  }

  expire(bounds: ExpiryBounds): Promise<number> {
    return this.told('removing old conflicts', () => expire(this.options, bounds));
  }

  /** Documents of entities that are mapped no longer stay where they are. */
  private async read<T>(
    collection: string,
    filter: Filter<Stored>,
    make: (entity: Entity, stored: Stored) => T,
  ): Promise<T[]> {
    const made: T[] = [];
    for await (const stored of this.stored(collection)
      .find({ name: this.options.name, ...filter }, { ...reading, projection: withoutShown })
      .sort({ created_at: 1 })) {
      const entity = this.options.entities.get(stored['table'] as string);
      if (entity !== undefined) made.push(make(entity, stored));
    }
    return made;
  }

  /** Those that stand there and are not `only` these stay as they are. */
  private replace(collection: string, documents: readonly Document[], only: Filter<Stored> = {}): Promise<void> {
    return this.told(`writing ${collection}`, async () => {
      const operations = documents.map((document): AnyBulkWriteOperation<Stored> => {
        const { _id, ...replacement } = document as Stored;
        return { replaceOne: { filter: { ...only, _id }, replacement, upsert: true } };
      });
      for (let from = 0; from < operations.length; from += operationsPerBulk) {
        await this.stored(collection)
          .bulkWrite(operations.slice(from, from + operationsPerBulk), { ordered: false, ...majority })
          .catch((error: unknown) => {
            if (!isOnlyTaken(error)) throw error;
          });
      }
    });
  }

  private rowId(entity: string): string {
    return `${this.options.name}/${entity}`;
  }

  private entity(name: string): Entity {
    const entity = this.options.entities.get(name);
    if (entity === undefined) throw new IsthmusError('invariant_broken', { message: `no entity ${name}` });
    return entity;
  }

  private stored(collection: string): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(collection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
