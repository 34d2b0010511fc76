/** The marks that a link meets in its source's log: where chunks begin and end, and those that others wait for. Must not know what is done then. */
import type { Position } from '../model/change.js';
import type { Chunk } from './loads.js';

export class Marks {
  /** Read, in the order of the log; they count when all that stands before them is handled. */
  private readonly met: { readonly id: string; readonly position: Position }[] = [];
  private readonly chunks = new Map<string, { readonly chunk: Chunk; readonly end: 'low' | 'high' }>();
  /** Chunks whose first mark was read and whose second was not. */
  windows: readonly Chunk[] = [];

  expect(chunk: Chunk, { low, high }: { readonly low: string; readonly high: string }): void {
    this.chunks.set(low, { chunk, end: 'low' });
    this.chunks.set(high, { chunk, end: 'high' });
  }

  /** The chunk that ends with this mark; null: none does. */
  take(id: string, position: Position): Chunk | null {
    const entry = this.chunks.get(id);
    this.chunks.delete(id);
    if (entry?.end === 'high') {
      this.windows = this.windows.filter((one) => one !== entry.chunk);
      return entry.chunk;
    }
    if (entry) this.windows = [...this.windows, entry.chunk];
    this.met.push({ id, position });
    return null;
  }

  /** Those up to `position`, each once. */
  passed(position: Position): readonly string[] {
    const end = this.met.findIndex((mark) => mark.position > position);
    return this.met.splice(0, end < 0 ? this.met.length : end).map(({ id }) => id);
  }
}
