/**
 * Where a capture hands on what a side's log says, for readers elsewhere. Contract: what is published resolves when it is
 * kept for good; readers get it in the order in which it was published here, once, though it may be published again later.
 */
import type { SourceEvent } from './change-source.js';

export interface ChangePublisher {
  /** Throws an `IsthmusError`; with retry = true nothing is known of these events, and the log is to be read again from what was kept. */
  publish(events: readonly SourceEvent[]): Promise<void>;
}
