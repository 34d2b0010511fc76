/**
 * The way of a batch as a tracer sees it: read, written, acknowledged. Without a tracer none of this is called. Calls must
 * be cheap and must not throw; no key and no value goes in.
 */
import type { LinkName } from '../model/side.js';

export interface TracedBatch {
  readonly link: LinkName;
  /** Of users; our own writes that were read back are not counted. */
  readonly changes: number;
  readonly transactions: number;
  /** When the first of it was read, by our clock. */
  readonly readAt: number;
}

/** Each is told once, in this order; `failed` ends it wherever it is. */
export interface BatchTrace {
  /** Planned and committed on the target, or found to need no write. */
  applied(result: { readonly saved: boolean }): void;
  /** The source's log was told that it may forget the batch. */
  acknowledged(): void;
  /** It will be read again. */
  failed(code: string): void;
}

export interface Tracer {
  /** A lane has taken a batch. */
  begin(batch: TracedBatch): BatchTrace;
}
