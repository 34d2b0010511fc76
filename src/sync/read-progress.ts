/**
 * How far a link has read and written its source's log (rule 5). Lanes finish out of order, so beside the position up to
 * which everything is done there are ranges beyond it that are done already. Pure bookkeeping.
 */
import type { Position } from '../model/change.js';

/** What a lane stores: `done` and everything before it is written, and so are the `ranges` (after, up to and including). */
export interface SavedProgress {
  readonly done: Position;
  readonly ranges: readonly (readonly [Position, Position])[];
}

interface Stretch {
  readonly from: Position;
  readonly to: Position;
  /** Written and stored, or read and without any effect: reading it again would change nothing. */
  handled: boolean;
}

/** Joins what the lanes stored: the contiguous position and what is done beyond it. */
export function joinProgress(saved: readonly SavedProgress[]): SavedProgress | null {
  if (saved.length === 0) return null;
  let done = saved.reduce((max, { done }) => (done > max ? done : max), (saved[0] as SavedProgress).done);
  const ranges = saved.flatMap((one) => one.ranges).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const beyond: (readonly [Position, Position])[] = [];
  for (const range of ranges) {
    if (range[1] <= done) continue;
    if (range[0] <= done) done = range[1];
    else beyond.push(range);
  }
  return { done, ranges: beyond };
}

export class ReadProgress {
  /** Everything up to here is handled. */
  private done: Position;
  private end: Position;
  private readonly stretches: Stretch[] = [];
  private readonly before: readonly (readonly [Position, Position])[];
  /** What each lane stored last. */
  private readonly lanes = new Map<number, SavedProgress>();
  private durableDone: Position;

  constructor(start: SavedProgress) {
    this.done = start.done;
    this.end = start.done;
    this.before = start.ranges;
    this.durableDone = start.done;
  }

  get position(): Position {
    return this.done;
  }

  /** From where a new process would read, as all lanes have stored it: the log may forget what lies before. */
  get durable(): Position {
    return this.durableDone;
  }

  /** A lane's transaction was committed with this. */
  stored(lane: number, saved: SavedProgress): void {
    this.lanes.set(lane, saved);
    const joined = joinProgress([...this.lanes.values()]);
    if (joined !== null && joined.done > this.durableDone) this.durableDone = joined.done;
  }

  /** Whether a former process has written this already. */
  wasDone(position: Position): boolean {
    return this.before.some(([from, to]) => from < position && position <= to);
  }

  /** A batch that covers the log from the end of the one before it up to `to`. */
  begin(to: Position): Stretch {
    const stretch: Stretch = { from: this.end, to, handled: false };
    this.end = to;
    this.stretches.push(stretch);
    return stretch;
  }

  /** What a transaction that handles `stretch` stores; without one: what is known now. */
  toSave(stretch?: Stretch): SavedProgress {
    const ranges = this.stretches
      .filter((one) => one.from !== one.to && (one === stretch || one.handled))
      .map((one) => [one.from, one.to] as const);
    return { done: this.done, ranges: [...ranges, ...this.before.filter(([, to]) => to > this.done)] };
  }

  /** The stretch is handled. Answers whether `position` moved. */
  finish(stretch: Stretch): boolean {
    stretch.handled = true;
    const old = this.done;
    while (this.stretches[0]?.handled) {
      const first = this.stretches.shift() as Stretch;
      if (first.to > this.done) this.done = first.to;
    }
    return this.done !== old;
  }

  get open(): number {
    return this.stretches.length;
  }
}

export type { Stretch };
