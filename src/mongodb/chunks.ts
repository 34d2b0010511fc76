/** Reads a collection in chunks, in the order of `_id` over all its types, so that keys of a wrong type are met too. Must not know loads. */
import type { State } from '../model/record.js';
import type { ChunkRange } from '../ports/side-store.js';
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
  for await (const { bytes, documents } of replies(options, find)) {
    for (const at of documents) return plan.reader.keyOf(bytes, at);
  }
  return null;
}

export async function readChunk(
  options: Omit<ReadOptions, 'raw'>,
  range: ChunkRange,
): Promise<{ key: string; state: State }[]> {
  const plan = planOf(options.plans, range.entity);
  const rows: { key: string; state: State }[] = [];
  for await (const { bytes, documents } of replies(options, { ...findIn(plan, range), batchSize: 10_000 })) {
    for (const at of documents) rows.push(plan.reader.record(bytes, at));
  }
  return rows;
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
