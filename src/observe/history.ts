/**
 * The course of lag, latency and throughput for charts: a quarter of an hour by the second and a day by the minute, in rings
 * of fixed size. Must not know who draws it.
 */
import { type LinkName, linkNames } from '../model/side.js';
import { type AppliedBatch, type EngineObserver, silentObserver } from '../sync/observer.js';
import { crossingTimes } from './crossing-times.js';
import { Latency } from './latency.js';

export interface LinkCourse {
  /** The highest within a step. */
  readonly lagMs: readonly number[];
  /** 0: nothing crossed. */
  readonly latencyP95Ms: readonly number[];
  /** Records written a second. */
  readonly throughput: readonly number[];
}

export interface Course {
  readonly stepMs: number;
  /** When each step ended, milliseconds since 1970; a step in which nothing was measured is left out. */
  readonly times: readonly number[];
  readonly links: Readonly<Record<LinkName, LinkCourse>>;
}

export interface HistoryOptions {
  readonly now: () => number;
  readonly skewMs: () => number;
}

const fineMs = 1000;
const fineSteps = 900;
const coarseMs = 60_000;
const coarseSteps = 1440;

/** By how much a timer may be early. */
const timerMs = 50;

const numbers = ['lagMs', 'latencyP95Ms', 'throughput'] as const;
type Numbers = Readonly<Record<(typeof numbers)[number], number>>;

export class History {
  private readonly fine: Steps;
  private readonly coarse: Steps;
  /** To be told by the engine. */
  readonly observer: EngineObserver = { ...silentObserver, applied: (batch) => this.applied(batch) };

  constructor(private readonly options: HistoryOptions) {
    const now = options.now();
    this.fine = new Steps(fineMs, fineSteps, now);
    this.coarse = new Steps(coarseMs, coarseSteps, now);
  }

  /** To be called about once a second. */
  tick(lagMs: Readonly<Record<LinkName, number>>): void {
    for (const steps of [this.fine, this.coarse]) steps.tick(lagMs, this.options.now());
  }

  /** By the second where that is kept for so long. */
  course(minutes: number): Course {
    const steps = minutes * 60_000 <= fineMs * fineSteps ? this.fine : this.coarse;
    return steps.course(this.options.now() - minutes * 60_000);
  }

  private applied(batch: AppliedBatch): void {
    const times = crossingTimes(batch, this.options.skewMs());
    for (const steps of [this.fine, this.coarse]) steps.applied(batch.link, batch.writes.length, times);
  }
}

/** What is being gathered of one link. */
class Step {
  readonly latency = new Latency();
  written = 0;
  lagMs = 0;

  /** What it was, over the time that it took; begins anew. */
  close(tookMs: number): Numbers {
    const result = {
      lagMs: this.lagMs,
      latencyP95Ms: this.latency.quantile(0.95),
      throughput: (this.written * 1000) / Math.max(1, tookMs),
    };
    this.latency.clear();
    this.written = 0;
    this.lagMs = 0;
    return result;
  }
}

class Steps {
  private readonly times: Float64Array;
  private readonly links: Readonly<Record<LinkName, Record<keyof Numbers, Float64Array>>>;
  private readonly open: Readonly<Record<LinkName, Step>> = { sql_to_mongodb: new Step(), mongodb_to_sql: new Step() };
  /** Steps closed since the start. */
  private closed = 0;

  constructor(
    private readonly stepMs: number,
    private readonly kept: number,
    private begun: number,
  ) {
    this.times = new Float64Array(kept);
    const ring = () => ({
      lagMs: new Float64Array(kept),
      latencyP95Ms: new Float64Array(kept),
      throughput: new Float64Array(kept),
    });
    this.links = { sql_to_mongodb: ring(), mongodb_to_sql: ring() };
  }

  applied(link: LinkName, written: number, times: readonly number[]): void {
    this.open[link].written += written;
    for (const ms of times) this.open[link].latency.record(ms);
  }

  tick(lagMs: Readonly<Record<LinkName, number>>, now: number): void {
    for (const link of linkNames) this.open[link].lagMs = Math.max(this.open[link].lagMs, lagMs[link]);
    const took = now - this.begun;
    // A clock that steps back begins a new step.
    if (took >= 0 && took < this.stepMs - timerMs) return;
    const at = this.closed % this.kept;
    this.times[at] = now;
    for (const link of linkNames) {
      const closed = this.open[link].close(took);
      for (const name of numbers) this.links[link][name][at] = closed[name];
    }
    this.closed += 1;
    this.begun = now;
  }

  course(from: number): Course {
    const places: number[] = [];
    for (let step = Math.max(0, this.closed - this.kept); step < this.closed; step++)
      if ((this.times[step % this.kept] as number) > from) places.push(step % this.kept);
    const read = (ring: Float64Array): number[] => places.map((at) => ring[at] as number);
    const course = ({ lagMs, latencyP95Ms, throughput }: Record<keyof Numbers, Float64Array>): LinkCourse => ({
      lagMs: read(lagMs),
      latencyP95Ms: read(latencyP95Ms),
      throughput: read(throughput),
    });
    const { sql_to_mongodb, mongodb_to_sql } = this.links;
    return {
      stepMs: this.stepMs,
      times: read(this.times),
      links: { sql_to_mongodb: course(sql_to_mongodb), mongodb_to_sql: course(mongodb_to_sql) },
    };
  }
}
