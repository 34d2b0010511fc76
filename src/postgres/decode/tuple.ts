/**
 * Reads a row image of pgoutput straight from the bytes into canonical values: the hot path of capture.
 * Must not know messages or transactions.
 */
import type { Value } from '../../model/record.js';
import type { RelationPlan } from './relation-plan.js';

const nullKind = 0x6e; // n
const unchangedKind = 0x75; // u

/** The utf8 slice of a Buffer without the checks of `toString`, which cost as much as the slice itself for short texts. */
interface Slices {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

export class TupleReader {
  /** Where the values of the old image lie, so that equal bytes of the new one need no second reading. */
  private starts = new Int32Array(64);
  private ends = new Int32Array(64);

  /** Reads an image without a predecessor into `values`; returns the position behind it. */
  readFirst(buffer: Buffer, at: number, plan: RelationPlan, values: Value[]): number {
    const count = buffer.readUInt16BE(at);
    this.reserve(count);
    let position = at + 2;
    for (let i = 0; i < count; i++) {
      const kind = buffer[position++] as number;
      const slot = plan.slots[i] ?? -1;
      if (kind === nullKind || kind === unchangedKind) {
        this.starts[i] = -1;
        if (slot >= 0) values[slot] = null;
        continue;
      }
      const start = position + 4;
      const end = start + readInt32(buffer, position);
      this.starts[i] = start;
      this.ends[i] = end;
      if (slot >= 0) values[slot] = (plan.read[i] as (text: string) => Value)(sliceText(buffer, start, end));
      position = end;
    }
    return position;
  }

  /** Reads the new image of the row whose old image was read last; a value kept out of line and unchanged is the old one's. */
  readSecond(buffer: Buffer, at: number, plan: RelationPlan, values: Value[], old: readonly Value[]): number {
    const count = buffer.readUInt16BE(at);
    let position = at + 2;
    for (let i = 0; i < count; i++) {
      const kind = buffer[position++] as number;
      const slot = plan.slots[i] ?? -1;
      if (kind === nullKind) {
        if (slot >= 0) values[slot] = null;
        continue;
      }
      if (kind === unchangedKind) {
        if (slot >= 0) values[slot] = old[slot] as Value;
        continue;
      }
      const start = position + 4;
      const end = start + readInt32(buffer, position);
      position = end;
      if (slot < 0) continue;
      const oldStart = this.starts[i] as number;
      values[slot] =
        oldStart >= 0 && sameBytes(buffer, { start, end, oldStart, oldEnd: this.ends[i] as number })
          ? (old[slot] as Value)
          : (plan.read[i] as (text: string) => Value)(sliceText(buffer, start, end));
    }
    return position;
  }

  private reserve(count: number): void {
    if (count <= this.starts.length) return;
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
  }
}

function readInt32(buffer: Buffer, at: number): number {
  return (
    ((buffer[at] as number) << 24) |
    ((buffer[at + 1] as number) << 16) |
    ((buffer[at + 2] as number) << 8) |
    (buffer[at + 3] as number)
  );
}

function sameBytes(buffer: Buffer, range: { start: number; end: number; oldStart: number; oldEnd: number }): boolean {
  const length = range.end - range.start;
  if (length !== range.oldEnd - range.oldStart) return false;
  if (length > 48) return buffer.compare(buffer, range.oldStart, range.oldEnd, range.start, range.end) === 0;
  for (let i = 0; i < length; i++) if (buffer[range.start + i] !== buffer[range.oldStart + i]) return false;
  return true;
}

/** Short ASCII texts, which most values are, are put together faster here than by a call into the runtime. */
function sliceText(buffer: Buffer, start: number, end: number): string {
  if (end - start > 8) return (buffer as unknown as Slices).utf8Slice(start, end);
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = buffer[i] as number;
    if (byte > 127) return (buffer as unknown as Slices).utf8Slice(start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}
