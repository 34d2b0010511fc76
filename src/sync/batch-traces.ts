/** Follows a link's batches for a tracer: when they were read, and which of them are not acknowledged yet. Bounded. */
import type { Clock } from '../base/clock.js';
import { isIsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { LinkName } from '../model/side.js';
import type { SourceEvent } from '../ports/change-source.js';
import type { Batch } from './batch.js';
import type { BatchTrace, Tracer } from './tracer.js';

/** A link acknowledges every few seconds at the latest; beyond this the oldest is no longer followed. */
const mostWaiting = 1000;

export class BatchTraces {
  /** What was read at once ends at `to`. */
  private readonly arrivals: { readonly to: Position; readonly at: number }[] = [];
  private readonly open = new Set<BatchTrace>();
  private readonly written: { readonly to: Position; readonly trace: BatchTrace }[] = [];

  constructor(
    private readonly link: LinkName,
    private readonly tracer: Tracer,
    private readonly clock: Clock,
  ) {}

  read(events: readonly SourceEvent[]): void {
    const last = events.at(-1);
    if (last !== undefined) this.arrivals.push({ to: last.position, at: this.clock.now() });
  }

  /** Null: nothing of users is in it. */
  begin(batch: Batch): BatchTrace | null {
    const readAt = this.readAt(batch);
    const users = batch.parts.filter(({ part }) => part.echo === null && part.changes.length > 0);
    if (users.length === 0) return null;
    const trace = this.tracer.begin({
      link: this.link,
      changes: users.reduce((sum, { part }) => sum + part.changes.length, 0),
      transactions: users.filter(({ part }) => part.last).length,
      readAt,
    });
    this.open.add(trace);
    return trace;
  }

  /** Before the acknowledgement that may follow at once. */
  applied(trace: BatchTrace | null, to: Position, saved: boolean): void {
    if (trace === null) return;
    trace.applied({ saved });
    this.open.delete(trace);
    this.written.push({ to, trace });
    if (this.written.length > mostWaiting) this.written.shift()?.trace.failed('not_followed');
  }

  acknowledged(upTo: Position): void {
    for (let at = this.written.length - 1; at >= 0; at--) {
      const { to, trace } = this.written[at] as (typeof this.written)[number];
      if (to > upTo) continue;
      trace.acknowledged();
      this.written.splice(at, 1);
    }
  }

  failed(trace: BatchTrace | null, error: unknown): void {
    if (trace === null || !this.open.delete(trace)) return;
    trace.failed(isIsthmusError(error) ? error.code : 'invariant_broken');
  }

  /** The life is over: what was not acknowledged is read again by the next one. */
  close(): void {
    for (const trace of [...this.open, ...this.written.map((one) => one.trace)]) trace.failed('not_acknowledged');
    this.open.clear();
    this.written.length = 0;
  }

  /** Batches are taken in the order of the log. */
  private readAt({ parts, to }: Batch): number {
    const first = parts[0]?.part.position ?? to;
    while (this.arrivals[0] !== undefined && this.arrivals[0].to < first) this.arrivals.shift();
    return this.arrivals[0]?.at ?? this.clock.now();
  }
}
