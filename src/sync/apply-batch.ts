/** Handles one batch under its records' locks: fold, plan, write in one transaction, then tell memory what was committed. */

import { type RecordId, type RecordRef, recordId, toldBy } from '../model/record.js';
import { otherSide } from '../model/side.js';
import type { TargetRefusal } from '../ports/side-store.js';
import type { Batch } from './batch.js';
import { foldBatch } from './fold.js';
import type { Committed, LaneRequest, LaneWriter } from './lane-writer.js';
import type { Chunk } from './loads.js';
import { type BatchPlan, type Prepared, planBatch, prepareBatch, prepareChunk } from './plan-batch.js';
import { type Attempt, commitIsolated } from './refused.js';
import { type LinkMemory, nameOf, type Session } from './session.js';
import { listens, tellNews } from './watches.js';

export interface BatchContext {
  readonly session: Session;
  readonly link: LinkMemory;
  readonly lane: LaneWriter;
  /** Chunks that were met before this batch and are still being handled by another lane. */
  readonly behind: readonly Chunk[];
  /** What the transaction stores as progress, with the records that it brings a load on by. */
  readonly progress: (loaded: readonly RecordRef[]) => unknown;
}

export interface BatchResult {
  /** A transaction was committed, so the progress was stored. */
  readonly saved: boolean;
}

/** `batch.ids` are locked by the caller. */
export async function applyBatch(context: BatchContext, batch: Batch): Promise<BatchResult> {
  const { session, link } = context;
  const folded = foldBatch(batch, {
    awaiting: link.awaiting,
    disabled: session.parts.options.disabledRules,
    covers: (read, ref) => read.windows.some(({ range }) => link.loads.covers(range, ref)),
  });
  noteNewer(link, batch);
  if (listens(session)) for (const id of batch.ids) tellNews(session, id);
  session.parts.observer.read(nameOf(link), folded.changes, folded.echoes.size);
  const prepared = batch.chunk
    ? prepareChunk(session, link, batch as Batch & { chunk: Chunk })
    : prepareBatch(session, link, folded);
  if (prepared.passive.length > 0) session.parts.observer.passive(nameOf(link), prepared.passive);
  const result = await commitBatch(context, batch, prepared);
  for (const ref of prepared.loaded) link.loads.markLoaded(ref);
  if (batch.chunk) {
    link.loads.get(batch.chunk.range.entity)?.finishChunk(batch.chunk.range);
    batch.chunk.handled();
    session.parts.faults.reach('load.chunk-handled');
  }
  return result;
}

/** A row of a load of columns may be older than what the log tells between its chunk's marks, of our own writes too. */
function noteNewer({ loads }: LinkMemory, batch: Batch): void {
  for (const { part, windows } of batch.parts)
    for (const { range, newer } of windows) {
      if (!loads.get(range.entity)?.row.columns) continue;
      for (const change of part.changes) if (loads.covers(range, change)) newer.set(change.key, change.after);
    }
}

async function commitBatch(context: BatchContext, batch: Batch, prepared: Prepared): Promise<BatchResult> {
  const { session, link, lane } = context;
  const must = prepared.hold.length + prepared.drop.length > 0;
  if (prepared.candidates.size === 0 && !must) return { saved: false };
  const { chunk } = batch;
  const lacked = chunk && { absent: lackedByTarget(link, chunk, prepared) };
  const build = (attempt: Attempt): LaneRequest<BatchPlan> => ({
    read: [...prepared.candidates.values()],
    ...lacked,
    plan: (found) =>
      planBatch(
        { session, link, behind: context.behind, prepared, batch, must, progress: context.progress },
        attempt,
        found,
      ),
    save: context.progress([]),
    rehearse: attempt.rehearse,
  });
  session.parts.faults.reach('batch.before-commit');
  const { outcome, refused } = await commitIsolated(lane, [...prepared.candidates.keys()], build);
  if (outcome.kind === 'nothing') return { saved: false };
  session.parts.faults.reach('batch.after-commit');
  remember(session, link, outcome);
  noteRefusals(session, link, refused);
  for (const ref of outcome.plan.loaded) link.loads.markLoaded(ref);
  const commits = batch.parts
    .filter(({ part }) => part.last && part.echo === null && part.changes.length > 0)
    .map(({ part }) => part.committedAt);
  session.parts.observer.applied({
    link: nameOf(link),
    writes: outcome.plan.writes,
    commits,
    heldCommits: [],
    committedAt: outcome.committedAt,
  });
  return { saved: true };
}

/** Rows of a chunk of which the load knows that they are new to the target. */
function lackedByTarget({ loads }: LinkMemory, { range }: Chunk, { candidates }: Prepared): ReadonlySet<RecordId> {
  const load = loads.get(range.entity);
  const lacked = new Set<RecordId>();
  for (const [id, { key, before }] of candidates) if (before === null && load?.isLacking(key)) lacked.add(id);
  return lacked;
}

/** What a committed transaction of this link means for memory. Under the records' locks. */
export function remember(session: Session, link: LinkMemory, committed: Committed<BatchPlan>): void {
  const other = session.links[otherSide(link.source)];
  const { plan, lane, number } = committed;
  const wrote = new Map<RecordId, { id: RecordId; state: BatchPlan['writes'][number]['after'] }>();
  for (const write of plan.writes) {
    const id = recordId(write);
    wrote.set(id, { id, state: toldBy(write) });
  }
  other.awaiting.add(lane, number, [...wrote.values()]);
  for (const row of plan.hold) {
    const id = recordId(row);
    link.held.put(id, row);
    session.nudge(id);
  }
  for (const ref of plan.drop) {
    const id = recordId(ref);
    link.held.drop(id);
    if (session.trouble.has(id)) session.nudge(id);
  }
  // That write has seen what the other link held of it.
  if (!session.parts.options.disabledRules.has('absorb')) {
    for (const id of wrote.keys()) {
      other.held.absorb(id);
      if (session.trouble.has(id)) session.nudge(id);
    }
  }
}

/** What a target refused is held; the refusal is kept beside it. */
export function noteRefusals(
  session: Session,
  link: LinkMemory,
  refused: ReadonlyMap<RecordId, TargetRefusal & { readonly settling?: true }>,
): void {
  const { clock, options } = session.parts;
  for (const [id, refusal] of refused) {
    const held = link.held.get(id);
    if (held === undefined) continue;
    session.trouble.refuse(
      id,
      { source: link.source, refusal, held, settling: refusal.settling === true },
      { now: clock.now(), pauses: (attempts) => refusedPause(options, attempts) },
    );
    session.nudge(id);
  }
}

/** Short at first (a parent row may be on its way in another lane), long once it is a dead letter. */
function refusedPause(options: Session['parts']['options'], attempts: number): number {
  return attempts < options.refusedAttempts ? options.timerMs * 2 ** attempts : options.refusedRetryMs;
}
