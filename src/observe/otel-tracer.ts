/**
 * A batch's way as OpenTelemetry spans: `isthmus.batch`, and inside of it `isthmus.capture`, `isthmus.apply` and `isthmus.acknowledge`.
 * Goes to whatever SDK the process was started with; without one it goes nowhere.
 */
import { type Context, type Tracer as Otel, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Clock } from '../base/clock.js';
import { version } from '../base/version.js';
import type { BatchTrace, TracedBatch, Tracer } from '../sync/tracer.js';

export function otelTracer(clock: Clock): Tracer {
  return { begin: (batch) => new BatchSpans(trace.getTracer('isthmus', version), clock, batch) };
}

class BatchSpans implements BatchTrace {
  private readonly whole: Span;
  private readonly inside: Context;
  /** What is under way. */
  private part: Span;

  constructor(
    private readonly otel: Otel,
    private readonly clock: Clock,
    { link, changes, transactions, readAt }: TracedBatch,
  ) {
    const attributes = {
      'isthmus.link': link,
      'isthmus.changes': changes,
      'isthmus.transactions': transactions,
    };
    this.whole = otel.startSpan('isthmus.batch', { root: true, startTime: readAt, attributes }, ROOT_CONTEXT);
    this.inside = trace.setSpan(ROOT_CONTEXT, this.whole);
    this.part = otel.startSpan('isthmus.capture', { startTime: readAt }, this.inside);
    this.next('isthmus.apply');
  }

  applied({ saved }: { readonly saved: boolean }): void {
    this.part.setAttribute('isthmus.saved', saved);
    this.next('isthmus.acknowledge');
  }

  acknowledged(): void {
    const now = this.clock.now();
    this.part.end(now);
    this.whole.end(now);
  }

  failed(code: string): void {
    const now = this.clock.now();
    for (const span of [this.part, this.whole]) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      span.end(now);
    }
  }

  private next(name: string): void {
    const now = this.clock.now();
    this.part.end(now);
    this.part = this.otel.startSpan(name, { startTime: now }, this.inside);
  }
}
