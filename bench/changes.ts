/** Users' changes for a benchmark: each record is brought to a version, in scattered order. Must not know the sync. */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import { Long } from 'mongodb';
import { collection, personChange, personDocument, scattered } from './people.js';
import type { World } from './world.js';

export interface Changes {
  /** Records that there are. */
  readonly rows: number;
  readonly version: number;
  /** Changes in one transaction (SQL only: plain writes are what MongoDB's users mostly do). */
  readonly transaction?: number;
  /** Only the first so many of the order. */
  readonly count?: number;
  /** What the note gets as well: at its end on SQL, at its beginning on MongoDB. */
  readonly edit?: string;
}

/** Made on the server, so that millions take seconds. The formulas are those of `personState`. */
export async function changeSql(
  { sql }: World,
  { rows, version, transaction = 1, count = rows, edit = '' }: Changes,
): Promise<void> {
  const step = stepOf(rows);
  await sql.query(`do $$ begin
    for i in 0 .. ${Math.ceil(count / transaction) - 1} loop
      update people set ${assignments(version)}${edit === '' ? '' : `, note = note || '${edit}'`}
      where id = any (select (n * ${step}) % ${rows} from generate_series(i::bigint * ${transaction}, least((i + 1)::bigint * ${transaction}, ${count}) - 1) as n);
      commit;
    end loop; end $$`);
}

/** All of the records in one transaction. */
export async function changeSqlAtOnce({ sql }: World, { version }: Pick<Changes, 'version'>): Promise<void> {
  await sql.query(`update people set ${assignments(version)}`);
}

const bulkSize = 1000;

export async function changeMongo(
  { mongo, name }: World,
  { rows, version, count = rows, edit = '' }: Changes,
): Promise<void> {
  const people = mongo.db(name).collection(collection);
  const at = scattered(rows);
  for (let from = 0; from < count; from += bulkSize) {
    const operations: AnyBulkWriteOperation<Document>[] = Array.from(
      { length: Math.min(bulkSize, count - from) },
      (_, index) => {
        const id = at(from + index);
        const note = edit === '' ? {} : { note: `${edit}${personDocument(id, 0)['note']}` };
        return {
          updateOne: {
            filter: { _id: Long.fromNumber(id) as never },
            update: { $set: { ...personChange(id, version), ...note } },
          },
        };
      },
    );
    await people.bulkWrite(operations, { ordered: false });
  }
}

function assignments(version: number): string {
  return `amount = id % 5000 + ${version} + (id % 90 + 10) / 100.0, quantity = id % 1000 + ${version},
    changed = '2024-01-01Z'::timestamptz + id * interval '1 second' + ${version} * interval '1 millisecond'`;
}

function stepOf(rows: number): number {
  return scattered(rows)(1);
}
