/** Writing alone: the transactions that the sync would make, through our own store, with the states in memory already. */
import { type RecordRef, recordId, type State, sameState } from '../../src/model/record.js';
import type { Plan, SideStore } from '../../src/ports/side-store.js';
import type { WriteJob } from '../jobs.js';
import { personState, scattered, table } from '../people.js';
import { type Measured, measured } from './measured.js';
import { openBoth } from './sides.js';

interface Step {
  readonly ref: RecordRef;
  readonly before: State;
  readonly after: State;
}

export async function write(job: WriteJob): Promise<Measured> {
  const sides = await openBoth(job.config);
  const { store } = sides[job.side];
  const batches = batchesOf(job);
  const epoch = (await store.epoch()) + 1;
  const { lanes } = await store.takeOver(epoch, job.lanes);
  let number = Math.max(0, ...lanes.map((lane) => lane.number));
  const next = batches[Symbol.iterator]();
  const result = await measured(job.rows, async () => {
    await Promise.all(
      Array.from({ length: job.lanes }, async (_, lane) => {
        let previous = lanes.find((one) => one.lane === lane)?.number ?? 0;
        for (const batch of next) previous = await commit(store, batch, { lane, previous, number: ++number });
      }),
    );
  });
  await sides.close();
  return result;
}

function batchesOf({ rows, version, batch }: WriteJob): Step[][] {
  const at = scattered(rows);
  const batches: Step[][] = [];
  for (let from = 0; from < rows; from += batch) {
    batches.push(
      Array.from({ length: Math.min(batch, rows - from) }, (_, index) => {
        const id = at(from + index);
        return {
          ref: { entity: table, key: String(id) },
          before: personState(id, version),
          after: personState(id, version + 1),
        };
      }),
    );
  }
  return batches;
}

async function commit(
  store: SideStore,
  batch: readonly Step[],
  lane: { readonly lane: number; readonly previous: number; readonly number: number },
): Promise<number> {
  const plan = (found: ReadonlyMap<string, State>): Plan => {
    const writes = batch.map(({ ref, before, after }) => {
      if (!sameState(found.get(recordId(ref)) ?? null, before))
        throw new Error(`record ${ref.key} is not what it should be`);
      return { ...ref, before, after };
    });
    return { writes, hold: [], drop: [], settlements: [] };
  };
  const save = { position: { done: '0'.repeat(40), ranges: [] } };
  const outcome = await store.commit({ ...lane, save, read: batch.map(({ ref }) => ref), plan });
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.reason);
  return lane.number;
}
