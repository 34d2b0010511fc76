/**
 * What we wrote to a side and have not read back from its log yet (rule 4): until the echo is met, a change of the
 * record stands in the log before our write, which therefore has seen it.
 */
import type { RecordId, State } from '../model/record.js';

export interface Awaited {
  /** The first string by that name: a record that is written often is named once. */
  readonly id: RecordId;
  readonly lane: number;
  readonly number: number;
  /** What we wrote, as far as the other side knows (`toldBy`); undefined after a restart, where only the log told of the write. */
  readonly wrote: State | undefined;
}

/** Lane → the highest number read. */
export type Echoed = ReadonlyMap<number, number>;

export class Awaiting {
  private readonly entries = new Map<RecordId, Awaited>();
  /** Per lane, in the order of numbers: whose entries may be forgotten once that number was read. */
  private readonly writes = new Map<number, { number: number; ids: readonly RecordId[] }[]>();
  private readonly handled = new Map<number, number>();
  /** What was written and not read back: a record that was written several times counts each time, as what is kept of it does. */
  written = 0;

  /** A committed write of ours. */
  add(
    lane: number,
    number: number,
    wrote: readonly { readonly id: RecordId; readonly state: State | undefined }[],
  ): void {
    if (wrote.length === 0 || number <= (this.handled.get(lane) ?? 0)) return;
    const ids = wrote.map(({ id, state }) => {
      const known = this.entries.get(id)?.id ?? id;
      this.entries.set(known, { id: known, lane, number, wrote: state });
      return known;
    });
    this.written += ids.length;
    const queue = this.writes.get(lane);
    const entry = { number, ids };
    if (queue) queue.push(entry);
    else this.writes.set(lane, [entry]);
  }

  get(id: RecordId): Awaited | undefined {
    return this.entries.get(id);
  }

  /** Whether a change at a place of the log, up to which `echoed` was read, stands before our write's echo. */
  precedes(id: RecordId, echoed: Echoed): boolean {
    const entry = this.entries.get(id);
    return entry !== undefined && entry.number > (echoed.get(entry.lane) ?? 0);
  }

  /** The transaction with this number was read and handled: what it or an earlier one of the lane wrote is awaited no more. */
  settle(lane: number, number: number): void {
    if (number <= (this.handled.get(lane) ?? 0)) return;
    this.handled.set(lane, number);
    const queue = this.writes.get(lane);
    let done = 0;
    for (const write of queue ?? []) {
      if (write.number > number) break;
      done++;
      this.written -= write.ids.length;
      for (const id of write.ids) {
        const entry = this.entries.get(id);
        if (entry?.lane === lane && entry.number <= number) this.entries.delete(id);
      }
    }
    queue?.splice(0, done);
  }

  get size(): number {
    return this.entries.size;
  }
}
