/**
 * What a link read and has not handled yet, and the cutting of it into batches of whole source transactions (rule 1).
 * Pure bookkeeping; must not know how a batch is written.
 */
import type { Position } from '../model/change.js';
import { type RecordId, recordId } from '../model/record.js';
import { weightOfAll } from '../model/weight.js';
import type { SourcePart } from '../ports/change-source.js';
import type { Echoed } from './awaiting.js';
import type { Chunk } from './loads.js';

/** A part as it was met in the log. */
export interface ReadPart {
  readonly part: SourcePart;
  /** Of its changes (`weightOf`). */
  readonly weight: number;
  /** Chunks between whose marks it stands. */
  readonly windows: readonly Chunk[];
  /** What the side's users changed in it is to cross. */
  readonly followed: boolean;
}

export interface Batch {
  readonly parts: readonly ReadPart[];
  /** A chunk's rows, met at its second mark; such a batch has no parts. */
  readonly chunk: Chunk | null;
  /** Up to where it reaches in the log. */
  readonly to: Position;
  /** It ends inside of a source transaction, or goes on with one: neighbours must not overtake it. */
  readonly alone: boolean;
  readonly changes: number;
  /** What was read of our own numbers before its first part. */
  readonly echoed: Echoed;
  readonly ids: readonly RecordId[];
}

interface Unit {
  parts: ReadPart[];
  chunk: Chunk | null;
  to: Position;
  changes: number;
  weight: number;
  /** The source transaction is read to its end. */
  complete: boolean;
  /** Parts of it went into an earlier batch. */
  continued: boolean;
}

export class Inbox {
  private units: Unit[] = [];
  private echoed = new Map<number, number>();
  /** Changes that wait. */
  changes = 0;
  /** How much room they take: what is bounded. */
  weight = 0;

  constructor(private readonly limits: { readonly batch: number; readonly wholeTransaction: number }) {}

  add({ part, windows, followed }: Omit<ReadPart, 'weight'>): void {
    const weight = weightOfAll(part.changes);
    const read = { part, windows, followed, weight };
    const open = this.units.at(-1);
    if (open !== undefined && !open.complete && open.chunk === null) {
      open.parts.push(read);
      open.to = part.position;
      open.changes += part.changes.length;
      open.weight += weight;
      open.complete = part.last;
    } else {
      this.units.push({
        parts: [read],
        chunk: null,
        to: part.position,
        changes: part.changes.length,
        weight,
        complete: part.last,
        continued: false,
      });
    }
    this.changes += part.changes.length;
    this.weight += weight;
  }

  addChunk(chunk: Chunk, to: Position): void {
    const changes = chunk.rows.length;
    const weight = weightOfAll(chunk.rows.map(({ state }) => ({ before: null, after: state })));
    this.units.push({ parts: [], chunk, to, changes, weight, complete: true, continued: false });
    this.changes += changes;
    this.weight += weight;
  }

  /** Something without a change (a mark) was read up to here. */
  passed(to: Position): void {
    const last = this.units.at(-1);
    if (last === undefined || last.chunk !== null)
      this.units.push({ parts: [], chunk: null, to, changes: 0, weight: 0, complete: true, continued: false });
    else if (last.complete) last.to = to;
  }

  get ready(): boolean {
    const first = this.units[0];
    if (first === undefined || first.complete) return first !== undefined;
    return first.weight >= (first.continued ? this.limits.batch : this.limits.wholeTransaction);
  }

  get nextIsAlone(): boolean {
    const first = this.units[0];
    return first !== undefined && (!first.complete || first.continued || this.mustBeCut(first));
  }

  /** The chunk that is next; null: something else is. */
  get nextChunk(): Chunk | null {
    return this.units[0]?.chunk ?? null;
  }

  /** Read to its end at once, and too large all the same. What we wrote ourselves was a batch and is handled as one. */
  private mustBeCut({ parts, weight }: Unit): boolean {
    return parts.length > 1 && weight >= this.limits.wholeTransaction;
  }

  /** Commit time of the oldest change that waits; null: none. */
  oldest(): number | null {
    for (const unit of this.units) {
      const part = unit.parts.find(({ part }) => part.changes.length > 0);
      if (part) return part.part.committedAt;
    }
    return null;
  }

  /** The next batch; only if `ready`. */
  take(): Batch {
    const first = this.units[0] as Unit;
    if (this.nextIsAlone) return this.piece(first);
    const taken: Unit[] = [first];
    let { weight } = first;
    while (first.chunk === null) {
      const next = this.units[taken.length];
      if (!next?.complete || next.chunk !== null || weight + next.weight > this.limits.batch) break;
      taken.push(next);
      weight += next.weight;
    }
    this.units.splice(0, taken.length);
    return this.batch(taken, false);
  }

  /** Once a transaction has to be cut nothing is gained by large pieces, and memory is lost. */
  private piece(unit: Unit): Batch {
    let count = 0;
    let changes = 0;
    let weight = 0;
    for (; count < unit.parts.length && weight < this.limits.batch; count++) {
      const read = unit.parts[count] as ReadPart;
      changes += read.part.changes.length;
      weight += read.weight;
    }
    const parts = unit.parts.slice(0, count);
    const rest = {
      ...unit,
      parts: unit.parts.slice(count),
      changes: unit.changes - changes,
      weight: unit.weight - weight,
      continued: true,
    };
    const done = unit.complete && rest.parts.length === 0;
    if (done) this.units.shift();
    else this.units[0] = rest;
    const to = done ? unit.to : (parts.at(-1)?.part.position ?? unit.to);
    return this.batch([{ ...unit, parts, to, changes, weight }], true);
  }

  private batch(units: readonly Unit[], alone: boolean): Batch {
    const changes = units.reduce((sum, unit) => sum + unit.changes, 0);
    this.changes -= changes;
    this.weight -= units.reduce((sum, unit) => sum + unit.weight, 0);
    const parts = units.flatMap((unit) => unit.parts);
    const chunk = units[0]?.chunk ?? null;
    const echoed = new Map(this.echoed);
    const ids = new Set<RecordId>();
    for (const { part } of parts) {
      if (part.echo && part.echo.number > (this.echoed.get(part.echo.lane) ?? 0))
        this.echoed.set(part.echo.lane, part.echo.number);
      for (const change of part.changes) ids.add(recordId(change));
    }
    for (const row of chunk?.rows ?? []) ids.add(recordId({ entity: (chunk as Chunk).range.entity, key: row.key }));
    return { parts, chunk, to: (units.at(-1) as Unit).to, alone, changes, echoed, ids: [...ids] };
  }
}
