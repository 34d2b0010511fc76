/**
 * What a batch does to one record, given what stands on the target (rules 1, 2 and 8, and new columns). Pure. Must not know
 * what else is in the batch's transaction.
 */
import type { Position } from '../model/change.js';
import { type RecordId, type RecordRef, type State, sameState } from '../model/record.js';
import { isRefused, refusedField } from '../model/refusal.js';
import { otherSide } from '../model/side.js';
import type { HeldRow } from '../ports/side-store.js';
import type { Chunk } from './loads.js';
import { keepingColumns, newColumnsOf, withoutColumns } from './new-columns.js';
import type { LinkMemory, Session } from './session.js';

/** A record to be compared with the target. */
export interface Candidate extends RecordRef {
  readonly before: State;
  readonly after: State;
  readonly time: HeldRow['time'];
  /** Null: a row of a chunk. */
  readonly first: Position | null;
  readonly last: Position | null;
  readonly inWindow: boolean;
  readonly fromChunk: boolean;
  /** `before` is null because a load says nothing of what was before, not because a log told so. */
  readonly guessed: boolean;
  readonly added: HeldRow['added'];
}

/** Field by field: there is one for each change, and objects made by spreading take ten times the room. */
export function candidateOf(
  { entity, key, before, after, time, first, last, inWindow }: Omit<Candidate, 'fromChunk' | 'guessed' | 'added'>,
  { fromChunk, guessed, added }: Pick<Candidate, 'fromChunk' | 'guessed' | 'added'>,
): Candidate {
  return { entity, key, before, after, time, first, last, inWindow, fromChunk, guessed, added };
}

export interface Step {
  readonly action: 'write' | 'hold' | 'skip';
  readonly base: State;
  /** What is written, if that is not the candidate's `after`. */
  readonly after?: State;
  /** See `RecordWrite`. */
  readonly told?: State;
  readonly loaded?: boolean;
  /** See `Candidate`. */
  readonly guessed?: boolean;
}

/** What a step is chosen in. */
export interface StepContext {
  readonly session: Session;
  readonly link: LinkMemory;
  /** Chunks before this batch in the log that are not handled yet: what comes after their marks must not be left to them. */
  readonly behind: readonly Chunk[];
  /** What an echo in the same batch loads. */
  readonly loadedNow: ReadonlySet<RecordId>;
}

export function chooseStep(context: StepContext, id: RecordId, candidate: Candidate, target: State): Step {
  const { session, link } = context;
  const disabled = session.parts.options.disabledRules;
  const crossing = isRefused(candidate.key) || refusedField(candidate.after) >= 0 ? 'hold' : 'write';
  const other = session.links[otherSide(link.source)];
  // Absent on the target: written at once unless that may be a deletion of which its log is still to be read.
  const arrive = (guessed: boolean): Step => {
    const sure = !guessed || link.loads.get(candidate.entity)?.isLacking(candidate.key) || disabled.has('lacking');
    return { action: sure && !other.held.get(id) ? crossing : 'hold', base: null, loaded: true, guessed };
  };
  if (candidate.fromChunk) {
    if (candidate.before !== null) return { ...newColumnStep(candidate, target, crossing), loaded: true };
    if (target === null) return arrive(true);
    return { action: sameState(target, candidate.after) ? 'skip' : 'hold', base: null, loaded: true, guessed: true };
  }
  if (isUnloaded(context, id, candidate) && !disabled.has('unloaded')) {
    if (candidate.guessed && target !== null && sameState(target, candidate.after))
      return { action: 'skip', base: null, loaded: true };
    if (target !== null)
      return { ...usual(context, id, { candidate, target, crossing }), loaded: true, guessed: candidate.guessed };
    // Not here yet: left to its chunk, or, between the chunk's marks, in place of the chunk's row.
    if (!candidate.inWindow) return { action: 'skip', base: null, loaded: false };
    if (candidate.after === null) return { action: 'skip', base: null, loaded: true };
    return arrive(candidate.before !== null || candidate.guessed);
  }
  return usual(context, id, { candidate, target, crossing });
}

/** What an echo in the same batch loads is no longer left to the chunk, which drops the row. */
function isUnloaded({ link, behind, loadedNow }: StepContext, id: RecordId, ref: RecordRef): boolean {
  if (!link.loads.isUnloaded(ref) || loadedNow.has(id)) return false;
  return !behind.some(({ range }) => link.loads.covers(range, ref));
}

interface Meeting {
  readonly candidate: Candidate;
  readonly target: State;
  readonly crossing: 'write' | 'hold';
}

function usual({ session, link }: StepContext, id: RecordId, { candidate, target, crossing }: Meeting): Step {
  const { before, after } = candidate;
  if (sameState(target, before) || session.parts.options.disabledRules.has('compare'))
    return { action: crossing, base: before };
  const columns = target === null || before === null ? null : newColumnsOf(session, candidate);
  if (columns && sameState(withoutColumns(target, columns), withoutColumns(before, columns))) {
    const kept = keepingColumns(after, target, columns);
    const unread = session.links[otherSide(link.source)].awaiting.get(id)?.wrote;
    // What the target filled in when our earlier write left it empty: only our echo tells, since the record may be too new for the load.
    const empty = columns.filter((index) => after?.[index] === null && unread?.[index] === null);
    const told = empty.length > 0 ? { told: withoutColumns(kept, empty) } : {};
    return { action: crossing, base: before, after: kept, ...told };
  }
  return { action: 'hold', base: before };
}

/** A row of a load of new columns: the target still lacks them, or has the record as it is, or there is more to settle. */
function newColumnStep({ before, after }: Candidate, target: State, crossing: 'write' | 'hold'): Step {
  if (sameState(target, after) || sameState(before, after)) return { action: 'skip', base: before };
  return { action: sameState(target, before) ? crossing : 'hold', base: before };
}
