/**
 * Bounds what is awaited: a link whose writes are read back too slowly waits until the other link, which reads their
 * echoes, has caught up. Only one of the two waits at a time, so that the other one always goes on.
 */
import { otherSide, type Side } from '../model/side.js';

export class EchoGate {
  private readonly waiting = new Set<Side>();

  /** `most`: writes of records that were sent and not read back, before the writing link waits; it goes on at half of that. */
  constructor(private readonly most: number) {}

  /** Whether the link from `source` must not write now, with `awaited` of its writes not read back. */
  holds(source: Side, awaited: number): boolean {
    if (this.waiting.has(source)) {
      if (awaited > this.most / 2) return true;
      this.waiting.delete(source);
      return false;
    }
    if (awaited <= this.most || this.waiting.has(otherSide(source))) return false;
    this.waiting.add(source);
    return true;
  }
}
