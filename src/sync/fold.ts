/**
 * Folds a batch's events into one step per record: first `before`, last `after` (rule 1), without what stands before the
 * echo of our own later write (rule 4), and with what an echo holds beyond what we wrote. Pure.
 */
import type { CommitTime, Position } from '../model/change.js';
import { type RecordId, type RecordRef, recordId, type State, sameState, type Value } from '../model/record.js';
import type { SourcePart } from '../ports/change-source.js';
import type { Awaiting } from './awaiting.js';
import type { Batch, ReadPart } from './batch.js';
import type { RemovableRule } from './rules.js';

export interface Folded extends RecordRef {
  readonly before: State;
  after: State;
  time: CommitTime;
  readonly first: Position;
  last: Position;
  /** A change of it stands between the marks of a chunk that has it. */
  inWindow: boolean;
  /** It stems from our own write (a trigger, a default), not from a user of the side. */
  readonly ours: boolean;
  /** Fields that our own write left empty and the side filled, each with its value. */
  readonly filled: readonly (readonly [index: number, value: Value])[];
  /** Some change of it is to cross. */
  followed: boolean;
}

export interface FoldedBatch {
  readonly records: ReadonlyMap<RecordId, Folded>;
  /** Records of which our own write was read. */
  readonly echoes: ReadonlySet<RecordId>;
  /** Numbers of our own transactions that were read: lane → highest. */
  readonly numbers: ReadonlyMap<number, number>;
  /** Changes that count (not ours, not seen by a later write of ours). */
  readonly changes: number;
}

export interface FoldContext {
  readonly awaiting: Awaiting;
  readonly disabled: ReadonlySet<RemovableRule>;
  /** Whether the chunk's range has the record. */
  readonly covers: (read: ReadPart, ref: RecordRef) => boolean;
}

export function foldBatch(batch: Batch, context: FoldContext): FoldedBatch {
  const records = new Map<RecordId, Folded>();
  const echoes = new Set<RecordId>();
  const echoed = new Map(batch.echoed);
  const numbers = new Map<number, number>();
  let changes = 0;
  const step = (read: ReadPart, ref: RecordRef, states: { before: State; after: State }, ours: boolean): void => {
    const id = recordId(ref);
    const inWindow = read.windows.length > 0 && context.covers(read, ref);
    const known = records.get(id);
    if (known === undefined) {
      records.set(id, {
        entity: ref.entity,
        key: ref.key,
        before: states.before,
        after: states.after,
        time: read.part.committedAt,
        first: read.part.position,
        last: read.part.position,
        inWindow,
        ours,
        filled: ours ? filledIn(states) : nothingFilled,
        followed: read.followed,
      });
    } else {
      // What changes nothing is no later write.
      if (!sameState(known.after, states.after)) known.time = read.part.committedAt;
      known.after = states.after;
      known.last = read.part.position;
      known.inWindow ||= inWindow;
      known.followed ||= read.followed;
    }
    changes++;
  };
  for (const read of batch.parts) {
    const { part } = read;
    if (part.echo && !context.disabled.has('echo')) {
      const { lane, number } = part.echo;
      foldEcho(read, { context, echoes, echoed, step });
      echoed.set(lane, Math.max(number, echoed.get(lane) ?? 0));
      numbers.set(lane, Math.max(number, numbers.get(lane) ?? 0));
      continue;
    }
    for (const change of part.changes) {
      const id = recordId(change);
      if (context.awaiting.precedes(id, echoed) && !context.disabled.has('awaiting')) continue;
      step(read, change, change, false);
    }
  }
  return { records, echoes, numbers, changes };
}

const nothingFilled: Folded['filled'] = [];

function filledIn({ before, after }: { readonly before: State; readonly after: State }): Folded['filled'] {
  if (before === null || after === null) return nothingFilled;
  return after.flatMap((value, index) => (value !== null && before[index] === null ? [[index, value] as const] : []));
}

interface EchoFold {
  readonly context: FoldContext;
  readonly echoes: Set<RecordId>;
  readonly echoed: ReadonlyMap<number, number>;
  readonly step: (read: ReadPart, ref: RecordRef, states: { before: State; after: State }, ours: boolean) => void;
}

/** Our own transaction: what it holds beyond what we wrote is a change whose base is what we wrote. */
function foldEcho(read: ReadPart, fold: EchoFold): void {
  const part = read.part as SourcePart & { echo: NonNullable<SourcePart['echo']> };
  const { lane, number, wrote } = part.echo;
  const last = new Map<RecordId, { readonly ref: RecordRef; readonly after: State }>();
  for (const change of part.changes) {
    const id = recordId(change);
    const awaited = fold.context.awaiting.get(id);
    if (awaited?.lane === lane && awaited.number === number) {
      last.set(id, { ref: change, after: change.after });
      fold.echoes.add(id);
    } else if (!wrote.has(id) && !fold.context.awaiting.precedes(id, fold.echoed)) {
      fold.step(read, change, change, true); // a trigger or a cascade touched a record that we did not write
    }
  }
  if (fold.context.disabled.has('deviation')) return;
  for (const [id, { ref, after }] of last) {
    const written = wrote.has(id) ? wrote.get(id) : fold.context.awaiting.get(id)?.wrote;
    if (written !== undefined && !sameState(written, after)) fold.step(read, ref, { before: written, after }, true);
  }
}
