/** Reads a collection in chunks, in the order of `_id` over all its types, so that keys of a wrong type are met too. Must not know loads. */
import type { State } from '../model/record.js';
import { unitsOf } from '../model/weight.js';
import type { ChunkRange, Page, PageRequest } from '../ports/side-store.js';
import { type EntityPlan, planOf } from './entity-plan.js';
import { type ReadOptions, replies } from './records.js';

const collation = { locale: 'simple' };

export async function chunkEnd(
  options: Omit<ReadOptions, 'raw'>,
  entity: string,
  after: string | null,
  size: number,
): Promise<string | null> {
  const plan = planOf(options.plans, entity);
  const range = { entity, after, upTo: null };
  const find = { ...findIn(plan, range), projection: { _id: 1 }, skip: size - 1, limit: 1 };
  for await (const { documents } of replies(options, find)) {
    for (const bytes of documents) return plan.reader.keyOf(bytes, 0);
  }
  return null;
}

export async function readChunk(
  options: Omit<ReadOptions, 'raw'>,
  range: ChunkRange,
): Promise<{ key: string; state: State }[]> {
  const plan = planOf(options.plans, range.entity);
  const rows: { key: string; state: State }[] = [];
  for await (const { documents } of replies(options, { ...findIn(plan, range), batchSize: 10_000 })) {
    for (const bytes of documents) rows.push(plan.reader.record(bytes, 0));
  }
  return rows;
}

/** UTF-16 units of states in one page, about: large documents make short pages. */
const pageUnits = 8_000_000;

/**
 * From an index bound that sees all types, which `$gt` does not and `$expr` does by looking at the whole index. A collection
 * with a collation of its own has it in that index too, so that one is read as chunks are.
 */
export async function readPage(
  options: Omit<ReadOptions, 'raw'>,
  { entity, after, limit, keysOnly }: PageRequest,
  simple: boolean,
): Promise<Page> {
  const plan = planOf(options.plans, entity);
  const bound = after === null ? {} : { min: { _id: plan.id(after) } };
  const place = simple
    ? { find: plan.entity.collection, filter: {}, ...bound, hint: { _id: 1 }, sort: { _id: 1 } }
    : findIn(plan, { entity, after, upTo: null });
  // The bound includes the record itself.
  const most = limit + 1;
  const find = { ...place, limit: most, batchSize: most + 1, ...(keysOnly ? { projection: { _id: 1 } } : {}) };
  const rows: { key: string; state: State }[] = [];
  let units = 0;
  let read = 0;
  for await (const { documents } of replies(options, find)) {
    for (const bytes of documents) {
      read++;
      const row = keysOnly ? { key: plan.reader.keyOf(bytes, 0), state: null } : plan.reader.record(bytes, 0);
      if (row.key === after) continue;
      rows.push(row);
      units += unitsOf(row.state);
    }
    if (units > pageUnits) return { rows, more: true };
  }
  return { rows, more: read === most };
}

/** `$expr` compares across types, where a plain `$gt` sees only values of its own type. */
function findIn(
  plan: EntityPlan,
  { after, upTo }: ChunkRange,
): { readonly find: string } & Readonly<Record<string, unknown>> {
  const bounds = [
    ...(after === null ? [] : [{ $gt: ['$_id', { $literal: plan.id(after) }] }]),
    ...(upTo === null ? [] : [{ $lte: ['$_id', { $literal: plan.id(upTo) }] }]),
  ];
  return {
    find: plan.entity.collection,
    filter: bounds.length === 0 ? {} : { $expr: { $and: bounds } },
    sort: { _id: 1 },
    collation,
  };
}
