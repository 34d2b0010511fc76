/** Which loads a life has: those that are open, and those that begin because a table or a column was never followed. */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { Entity } from '../model/entity.js';
import { type Side, sides } from '../model/side.js';
import type { LoadRow } from '../ports/conflict-store.js';
import { Load, Loads } from './loads.js';
import type { Recovered } from './recover.js';
import type { EngineParts } from './session.js';

/** An entity that was never followed is loaded whole; one that has new columns gets these (a default makes no events). */
export async function beginLoads(
  parts: EngineParts,
  { name, fields }: Entity,
  { work, loads, epoch }: Recovered,
): Promise<void> {
  const { initial } = parts.options;
  const columns = fields.map(({ column }) => column);
  const known = work.mappings.find(({ entity }) => entity === name)?.columns;
  const added = known && columns.filter((column) => !known.includes(column));
  const open = work.loads.find(({ entity, state }) => entity === name && state === 'open');
  // The first load has a name of its own, so that two processes which begin at the same time list it once.
  if (known === undefined && initial !== 'none' && !open)
    loads.push(await newLoad(parts, { entity: name, from: initial, id: `${name}:initial`, epoch }));
  if (added && added.length > 0) {
    const from = open?.from ?? (initial === 'none' ? 'sql' : initial);
    loads.push(await onlyLoad(parts, work.loads, { entity: name, from, epoch, ...columnsAfter(open, added) }));
  }
  if (known === undefined || known.join() !== columns.join())
    await parts.conflicts.saveMapping({ entity: name, columns });
}

/** A load that is open has passed records by which lack the newest columns: another one begins, of all that it was to bring. */
function columnsAfter(open: LoadRow | undefined, added: readonly string[]): Pick<LoadWish, 'columns'> {
  if (open === undefined) return { columns: added };
  return open.columns === null ? {} : { columns: [...new Set([...open.columns, ...added])] };
}

interface LoadWish {
  readonly entity: string;
  readonly from: Side;
  readonly columns?: readonly string[];
  readonly id?: string;
  /** Of the life that begins it. */
  readonly epoch: number;
}

/** Stored before it begins. */
async function newLoad(parts: EngineParts, { entity, from, columns, id, epoch }: LoadWish): Promise<LoadRow> {
  const load: LoadRow = {
    entity,
    from,
    id: id ?? parts.newId(),
    columns: columns ?? null,
    state: 'open',
    rows: 0,
    total: await parts.sides[from].store.estimate(entity),
    startedAt: parts.clock.now(),
    finishedAt: null,
    epoch,
  };
  await parts.conflicts.saveLoad(load);
  return load;
}

/**
 * Loads an entity once more; one that the entity's stop interrupted does not go on beside it. Throws `mapping_outdated` where
 * a side has lost what this process maps.
 */
export async function newLoadInstead(
  parts: EngineParts,
  known: readonly LoadRow[],
  wish: Omit<LoadWish, 'id'>,
): Promise<LoadRow> {
  await mustFit(parts, wish.entity);
  return onlyLoad(parts, known, wish);
}

/** In place of those of the entity that are open. */
async function onlyLoad(parts: EngineParts, known: readonly LoadRow[], wish: Omit<LoadWish, 'id'>): Promise<LoadRow> {
  for (const left of known) if (left.entity === wish.entity && left.state === 'open') await endLoad(parts, left);
  return newLoad(parts, wish);
}

/** A load of what is not there as mapped would fail at its first chunk. */
async function mustFit(parts: EngineParts, entity: string): Promise<void> {
  try {
    for (const side of sides)
      await parts.sides[side].store.readPage({ entity, after: null, limit: 1, keysOnly: false });
  } catch (error) {
    if (!isIsthmusError(error, 'table_changed')) throw error;
    const message = `${entity} has lost a table or a column that this process maps.`;
    throw new IsthmusError('mapping_outdated', { cause: error, message });
  }
}

/** As it is stored from now on; it does not go on in a later life. */
export async function endLoad(parts: EngineParts, row: LoadRow): Promise<LoadRow> {
  const over: LoadRow = { ...row, state: 'done', finishedAt: parts.clock.now() };
  await parts.conflicts.saveLoad(over);
  return over;
}

/** Those that read `source` and are still open. */
export function openLoads(parts: EngineParts, source: Side, recovered: Recovered): Loads {
  const { store } = parts.sides[source];
  const loads = new Loads(source);
  const anew = new Set(recovered.loads.map(({ entity }) => entity));
  const earlier = recovered.work.loads.filter(({ entity }) => !anew.has(entity));
  for (const row of [...earlier, ...recovered.loads]) {
    const stopped = recovered.work.stops.some(({ entity }) => entity === row.entity);
    if (row.from !== source || row.state !== 'open' || stopped || !parts.entities.has(row.entity)) continue;
    loads.add(new Load(row, (a, b) => store.compareKeys(row.entity, a, b), recovered.links[source].loads));
  }
  return loads;
}
