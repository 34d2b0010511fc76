/**
 * Decides what a batch does to its records: write, hold, drop, or nothing (rules 1, 2 and 8). Pure: asked again for each
 * attempt of a transaction with what that attempt found.
 */
import type { Position } from '../model/change.js';
import { parseRecordId, type RecordId, type RecordRef, recordId, type State, sameState } from '../model/record.js';
import type { HeldRow, Plan, RecordWrite } from '../ports/side-store.js';
import type { Batch } from './batch.js';
import { type Candidate, candidateOf, chooseStep, type Step } from './choose-step.js';
import type { Folded, FoldedBatch } from './fold.js';
import { hasGuessedBase, heldWith } from './held.js';
import type { Chunk } from './loads.js';
import { indexesOf, withoutColumns } from './new-columns.js';
import type { Attempt, Share } from './refused.js';
import type { LinkMemory, Session } from './session.js';

export interface BatchPlan extends Plan {
  /** Records that count as loaded once this is committed. */
  readonly loaded: readonly RecordRef[];
}

/** What does not depend on the target, worked out once. */
export interface Prepared {
  /** Records to be compared with the target. */
  readonly candidates: ReadonlyMap<RecordId, Candidate>;
  readonly hold: readonly HeldRow[];
  readonly drop: readonly RecordRef[];
  readonly loaded: readonly RecordRef[];
  readonly loadedNow: ReadonlySet<RecordId>;
  /** Records that users changed on a side that does not lead. */
  readonly passive: readonly RecordRef[];
}

export function prepareBatch(session: Session, link: LinkMemory, folded: FoldedBatch): Prepared {
  const candidates = new Map<RecordId, Candidate>();
  const hold: HeldRow[] = [];
  const drop: RecordRef[] = [];
  const loaded: RecordRef[] = [];
  const passive: RecordRef[] = [];
  for (const id of folded.echoes) {
    const ref = parseRecordId(id);
    if (!session.parts.options.disabledRules.has('echo-loads') && link.loads.isUnloaded(ref)) loaded.push(ref);
    if (link.held.isStale(id)) drop.push(ref);
  }
  for (const [id, record] of folded.records) {
    const held = link.held.get(id);
    if (session.stopped.has(record.entity)) continue;
    const crosses = record.followed || record.ours;
    if (!crosses && !sameState(record.before, record.after)) passive.push(refOf(record));
    if (!(crosses || held || session.following.keeps)) continue;
    const inPlace = record.inWindow && link.loads.isUnloaded(record);
    const added = filledBy(session, record);
    if (held === undefined) {
      if (!sameState(record.before, record.after))
        candidates.set(id, candidateOf(record, { fromChunk: false, guessed: false, added }));
      // Changed and changed back between its chunk's marks: the chunk's row may be what stood there for a moment.
      else if (inPlace && record.after === null) loaded.push(refOf(record));
      else if (inPlace)
        candidates.set(id, candidateOf({ ...record, before: null }, { fromChunk: false, guessed: true, added }));
      continue;
    }
    if (inPlace) loaded.push(refOf(record));
    const news = { ...newsOf(session, link, record), added };
    if (!sameState(held.base, record.after)) hold.push(heldWith(held, { ...news, base: held.base }, moment(session)));
    // Deleted after a load brought it: that is no way back.
    else if (hasGuessedBase(held) && record.before !== null)
      hold.push(heldWith(held, { ...news, base: held.base }, moment(session)));
    else if (inPlace && record.after !== null)
      hold.push(heldWith(undefined, { ...news, base: null, span: null }, moment(session)));
    else drop.push(refOf(record));
  }
  return { candidates, hold, drop, loaded, loadedNow: new Set(loaded.map(recordId)), passive };
}

/**
 * A chunk's rows as changes with base null, or, where only columns are new, with the row without them as base; what counts
 * as loaded or is awaited is dropped.
 */
export function prepareChunk(session: Session, link: LinkMemory, batch: Batch & { readonly chunk: Chunk }): Prepared {
  const { entity } = batch.chunk.range;
  const load = link.loads.get(entity);
  const brought = load?.row.columns;
  const added = brought?.map((column) => [column, null] as const);
  const columns = brought ? indexesOf(session, entity, brought) : null;
  const candidates = new Map<RecordId, Candidate>();
  const hold: HeldRow[] = [];
  for (const row of batch.chunk.rows) {
    const ref = { entity, key: row.key };
    const id = recordId(ref);
    if (session.stopped.has(entity) || (load?.isLoaded(ref) ?? true)) continue;
    const awaited = link.awaiting.precedes(id, batch.echoed) ? link.awaiting.get(id) : undefined;
    // Our own write came from the other side, but for the new columns, which it left as they were.
    if (awaited && !(columns && awaited.wrote)) continue;
    const told = batch.chunk.newer.get(row.key);
    if (columns && told === null) continue;
    const state = awaited?.wrote ?? (columns && told) ?? row.state;
    const before = columns && withoutColumns(state, columns);
    const held = link.held.get(id);
    if (held) {
      if (added || !sameState(held.tip, state))
        hold.push(
          heldWith(held, { ...ref, base: before, tip: state, time: 'load', span: null, added }, moment(session)),
        );
    } else
      candidates.set(
        id,
        candidateOf(
          { entity, key: row.key, before, after: state, time: 'load', first: null, last: null, inWindow: false },
          { fromChunk: true, guessed: before === null, added },
        ),
      );
  }
  return { candidates, hold, drop: [], loaded: [], loadedNow: new Set(), passive: [] };
}

export interface PlanContext {
  readonly session: Session;
  readonly link: LinkMemory;
  /** Chunks before this batch in the log that are not handled yet: what comes after their marks must not be left to them. */
  readonly behind: readonly Chunk[];
  readonly prepared: Prepared;
  readonly batch: Batch;
  /** Something is to be remembered even if nothing is to be written. */
  readonly must: boolean;
  /** What is stored as progress if these records are loaded by this batch. */
  readonly progress: (loaded: readonly RecordRef[]) => unknown;
}

/** The plan of one attempt; null: nothing to write or to remember. */
export function planBatch(
  context: PlanContext,
  attempt: Pick<Attempt, 'share' | 'ordered'>,
  found: ReadonlyMap<RecordId, State>,
): BatchPlan | null {
  const { prepared, batch } = context;
  const disabled = context.session.parts.options.disabledRules;
  const writes: RecordWrite[] = [];
  const hold = [...prepared.hold];
  const loaded = [...prepared.loaded];
  const stepContext = { ...context, loadedNow: prepared.loadedNow };
  // Read again after a crash, a change that was left to a chunk would meet a record that something else has brought since.
  let leaves = false;
  for (const [id, candidate] of prepared.candidates) {
    const target = found.get(id) ?? null;
    const step = chooseStep(stepContext, id, candidate, target);
    if (step.loaded && !candidate.fromChunk) loaded.push(refOf(candidate));
    leaves ||= step.loaded === false;
    if (step.action === 'skip') continue;
    const share = step.action === 'write' ? attempt.share(id) : 'hold';
    if (share === 'write')
      writes.push({
        entity: candidate.entity,
        key: candidate.key,
        before: target,
        after: step.after ?? candidate.after,
        ...(step.told !== undefined && { told: step.told }),
      });
    else if (share === 'hold')
      hold.push(heldWith(undefined, heldNews(context, candidate, step), moment(context.session)));
  }
  const must = context.must || (leaves && !disabled.has('left'));
  if (!must && writes.length + hold.length + prepared.drop.length + loaded.length === 0) return null;
  const inOrder = attempt.ordered ? unfold(batch, writes, attempt.share) : writes;
  const plan = {
    writes: inOrder,
    ordered: attempt.ordered,
    hold,
    drop: withoutHeld(prepared.drop, hold),
    settlements: [],
    loaded,
  };
  return loaded.length > 0 ? { ...plan, save: context.progress(loaded) } : plan;
}

function heldNews({ session, link }: PlanContext, candidate: Candidate, { base, guessed }: Step) {
  const { added } = candidate;
  return { ...newsOf(session, link, candidate), base, ...(guessed && { span: null }), added };
}

/** What a side filled in on its own, where we wrote nothing, is nobody's wish: a user's change of the other side is no conflict. */
function filledBy(session: Session, { entity, filled }: Folded): HeldRow['added'] {
  if (filled.length === 0 || session.parts.options.disabledRules.has('filled')) return undefined;
  const fields = session.parts.entities.get(entity)?.fields ?? [];
  return filled.map(([index, value]) => [fields[index]?.column ?? '', value]);
}

/** What is held anew in the same transaction replaces a stale row; it is not dropped as well. */
function withoutHeld(drop: readonly RecordRef[], hold: readonly HeldRow[]): readonly RecordRef[] {
  if (drop.length === 0 || hold.length === 0) return drop;
  const held = new Set(hold.map(recordId));
  return drop.filter((ref) => !held.has(recordId(ref)));
}

/** The written records' single changes in the order of the log: a unique value may move from one record to another. */
function unfold(batch: Batch, writes: readonly RecordWrite[], share: Share): RecordWrite[] {
  const open = new Map(writes.map((write) => [recordId(write), write]));
  const at = new Map<RecordId, State>(writes.map((write) => [recordId(write), write.before]));
  const inOrder: RecordWrite[] = [];
  for (const { part } of batch.parts) {
    for (const change of part.changes) {
      const id = recordId(change);
      const before = at.get(id);
      if (!open.has(id) || before === undefined || share(id) !== 'write' || sameState(before, change.after)) continue;
      inOrder.push({ ...refOf(change), before, after: change.after });
      at.set(id, change.after);
    }
  }
  // What the log does not tell step by step (a chunk's rows, what a trigger added) goes last, as a whole.
  for (const [id, write] of open) {
    const before = at.get(id) ?? null;
    if (!sameState(before, write.after)) inOrder.push({ ...write, before });
  }
  return inOrder;
}

/** What is held of a change, but for its base. */
function newsOf(
  session: Session,
  link: LinkMemory,
  change: Omit<Candidate, 'before' | 'inWindow' | 'fromChunk' | 'guessed' | 'added'>,
) {
  const { first, last, after, time } = change;
  const { source } = session.parts.sides[link.source];
  const order = (position: Position): string => source.order(position).toString();
  const span = first === null || last === null ? null : { first: order(first), last: order(last) };
  return { ...refOf(change), tip: after, time, span };
}

function refOf(ref: RecordRef): RecordRef {
  return { entity: ref.entity, key: ref.key };
}

function moment(session: Session): { number: number; ms: number } {
  return { number: session.numbers.last, ms: session.parts.clock.now() };
}
