/** `ComparisonStore` in the database `sync_metadata`. Must not know how records are compared. */
import { createHash } from 'node:crypto';
import type { Collection, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type {
  ComparisonRow,
  ComparisonStore,
  DifferencePage,
  DifferenceRow,
  DifferenceState,
} from '../ports/comparison-store.js';
import { comparisonsCollection, differencesCollection, metadataDatabase } from './names.js';
import { patiently } from './patience.js';

interface Stored extends Document {
  readonly _id: string;
}

const majority = { writeConcern: { w: 'majority' } } as const;
const reading = { readConcern: 'majority' } as const;
const duplicateKey = 11000;

export interface ComparisonStoreOptions {
  readonly client: MongoClient;
  readonly name: string;
  readonly clock: Clock;
}

export class MongoComparisonStore implements ComparisonStore {
  constructor(private readonly options: ComparisonStoreOptions) {}

  list(limit: number): Promise<readonly ComparisonRow[]> {
    const { name } = this.options;
    return this.told('reading comparisons', async () =>
      (await this.comparisons.find({ name }, reading).sort({ queuedAt: -1 }).limit(limit).toArray()).map(rowOf),
    );
  }

  get(id: string): Promise<ComparisonRow | null> {
    const { name } = this.options;
    return this.told('reading a comparison', async () => {
      const found = await this.comparisons.findOne({ _id: id, name }, reading);
      return found && rowOf(found);
    });
  }

  open(): Promise<readonly ComparisonRow[]> {
    const filter = { name: this.options.name, state: { $in: ['queued', 'running'] } };
    return this.told('reading comparisons', async () =>
      (await this.comparisons.find(filter, reading).sort({ queuedAt: 1 }).toArray()).map(rowOf),
    );
  }

  claim(id: string, owner: string): Promise<void> {
    const filter = { _id: id, name: this.options.name };
    return this.told('taking over a comparison', async () => {
      await this.comparisons.updateOne(filter, { $set: { owner } }, majority);
    });
  }

  async save(row: ComparisonRow, owner: string): Promise<boolean> {
    const { name } = this.options;
    const { queuedAt, startedAt, finishedAt } = row;
    const times = { queuedAt: new Date(queuedAt), startedAt: date(startedAt), finishedAt: date(finishedAt) };
    const totals = totalsOf(row);
    const document = { ...row, ...totals, ...times, name, owner };
    const mine = { _id: row.id, owner };
    return this.told('storing a comparison', async () => {
      try {
        await this.comparisons.replaceOne(mine, document, { upsert: true, ...majority });
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== duplicateKey) throw error;
        // Another owner's, or inserted by a call of this one's at the same time.
        return (await this.comparisons.replaceOne(mine, document, majority)).matchedCount > 0;
      }
    });
  }

  saveDifferences(id: string, differences: readonly DifferenceRow[]): Promise<void> {
    if (differences.length === 0) return Promise.resolve();
    const { name } = this.options;
    const operations = differences.map((difference) => {
      const _id = differenceId(id, difference);
      return {
        replaceOne: { filter: { _id }, replacement: { ...difference, name, comparison: id }, upsert: true },
      };
    });
    return this.told('storing differences', async () => {
      await this.found.bulkWrite(operations, { ordered: false, ...majority });
    });
  }

  differences(
    id: string,
    { limit, cursor, state }: { readonly limit: number; readonly cursor?: string; readonly state?: DifferenceState },
  ): Promise<DifferencePage> {
    if (cursor !== undefined && !/^[\x21-\x7e]{1,100}$/.test(cursor))
      throw new IsthmusError('request_invalid', { message: 'The cursor is none that a page has given.' });
    const filter = {
      name: this.options.name,
      comparison: id,
      ...(state === undefined ? {} : { state }),
      ...(cursor === undefined ? {} : { _id: { $gt: cursor } }),
    };
    return this.told('reading differences', async () => {
      const found = await this.found.find(filter, reading).sort({ _id: 1 }).limit(limit).toArray();
      return {
        differences: found.map(differenceOf),
        cursor: found.length < limit ? null : (found.at(-1)?._id ?? null),
      };
    });
  }

  expire(most: number): Promise<void> {
    const { name } = this.options;
    return this.told('removing old comparisons', async () => {
      const filter = { name, state: { $in: ['done', 'failed'] } };
      const old = await this.comparisons
        .find(filter, { projection: { _id: 1 } })
        .sort({ queuedAt: -1 })
        .skip(most)
        .toArray();
      const ids = old.map(({ _id }) => _id);
      if (ids.length === 0) return;
      await this.found.deleteMany({ name, comparison: { $in: ids } }, majority);
      await this.comparisons.deleteMany({ name, _id: { $in: ids } }, majority);
    });
  }

  private get comparisons(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(comparisonsCollection);
  }

  private get found(): Collection<Stored> {
    return this.options.client.db(metadataDatabase).collection<Stored>(differencesCollection);
  }

  private told<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}

/** Keys may be long. */
function differenceId(comparison: string, { table, key }: DifferenceRow): string {
  return `${comparison}/${createHash('sha256')
    .update(JSON.stringify([table, key]))
    .digest('base64url')
    .slice(0, 32)}`;
}

/** The sums stand in the document for whoever reads it there. */
function totalsOf({ tables }: ComparisonRow): Record<string, unknown> {
  const all = Object.values(tables);
  const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    compared: sum(({ compared }) => compared),
    different: sum(({ different }) => different),
    missing: { sql: sum(({ missing }) => missing.sql), mongodb: sum(({ missing }) => missing.mongodb) },
    repaired: sum(({ repaired }) => repaired),
  };
}

function rowOf(stored: Stored): ComparisonRow {
  const { _id, name: _name, owner: _owner, queuedAt, startedAt, finishedAt, ...rest } = stored;
  return {
    ...rest,
    id: _id,
    queuedAt: ms(queuedAt) ?? 0,
    startedAt: ms(startedAt),
    finishedAt: ms(finishedAt),
  } as unknown as ComparisonRow;
}

function differenceOf({ table, key, kind, fields, state, reason, attempted }: Stored): DifferenceRow {
  return { table, key, kind, fields, state, reason, attempted } as unknown as DifferenceRow;
}

function date(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function ms(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}
