/**
 * Compares both sides record by record in canonical form, in bounded memory: a chunk of one side is looked up on the
 * other. It sees a moment of each side: what is still crossing counts as different, so let the links come to rest or look again.
 */
import { type RecordId, type RecordRef, recordId, sameState } from '../model/record.js';
import { otherSide, type Side } from '../model/side.js';
import type { SideStore } from '../ports/side-store.js';

export interface CompareOptions {
  readonly sides: Readonly<Record<Side, SideStore>>;
  readonly entities: Iterable<string>;
  /** Records that wait for a person, and dead letters: known to differ. */
  readonly except?: ReadonlySet<RecordId>;
  readonly chunk?: number;
  readonly onProgress?: (compared: number) => void;
}

export interface TableComparison {
  /** Records that at least one side has. */
  readonly compared: number;
  /** Every difference, missing records too. */
  readonly different: number;
  readonly missing: Readonly<Record<Side, number>>;
}

export interface Comparison extends TableComparison {
  readonly tables: Readonly<Record<string, TableComparison>>;
  /** The first records that differ. */
  readonly examples: readonly RecordRef[];
}

const maxExamples = 20;

class Tally {
  compared = 0;
  different = 0;
  readonly missing: Record<Side, number> = { sql: 0, mongodb: 0 };
}

export async function compareSides(options: CompareOptions): Promise<Comparison> {
  const total = new Tally();
  const tables: Record<string, TableComparison> = {};
  const examples: RecordRef[] = [];
  for (const entity of options.entities) {
    const tally = new Tally();
    const differs = (ref: RecordRef): void => {
      tally.different += 1;
      if (examples.length < maxExamples) examples.push(ref);
    };
    const progress = (): void => options.onProgress?.(total.compared + tally.compared);
    await compareFrom('sql', { entity, options, tally, differs, progress });
    await compareFrom('mongodb', { entity, options, tally, differs, progress });
    tables[entity] = tally;
    total.compared += tally.compared;
    total.different += tally.different;
    for (const side of ['sql', 'mongodb'] as const) total.missing[side] += tally.missing[side];
  }
  return { ...total, tables, examples };
}

interface Pass {
  readonly entity: string;
  readonly options: CompareOptions;
  readonly tally: Tally;
  readonly differs: (ref: RecordRef) => void;
  readonly progress: () => void;
}

/** SQL's records are compared with MongoDB's; from MongoDB only what SQL lacks is news. */
async function compareFrom(side: Side, { entity, options, tally, differs, progress }: Pass): Promise<void> {
  const other = otherSide(side);
  for await (const rows of chunks(options.sides[side], entity, options.chunk ?? 1000)) {
    const refs = rows.map(({ key }) => ({ entity, key }));
    const found = await options.sides[other].read(refs, { locked: false, raw: false });
    for (const { key, state } of rows) {
      const ref = { entity, key };
      const there = found.get(recordId(ref))?.state ?? null;
      if (options.except?.has(recordId(ref)) === true || (side === 'mongodb' && there !== null)) continue;
      tally.compared += 1;
      if (there === null) tally.missing[other] += 1;
      if (!sameState(state, there)) differs(ref);
    }
    progress();
  }
}

async function* chunks(store: SideStore, entity: string, size: number) {
  let after: string | null = null;
  for (;;) {
    const upTo: string | null = await store.chunkEnd(entity, after, size);
    const rows = await store.readChunk({ entity, after, upTo });
    if (rows.length > 0) yield rows;
    if (upTo === null) return;
    after = upTo;
  }
}
