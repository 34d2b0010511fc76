/** Lag, latency and throughput over time: what the page has seen itself, joined to what the process remembers. Pure. */
import type { History, LinkName, LinkStatus } from '../api/shapes.js';
import { linkNames } from '../api/shapes.js';

interface LinkSample {
  readonly lagMs: number;
  /** Null: nothing crossed. */
  readonly latencyP95Ms: number | null;
  readonly applied: number;
}

export interface Sample {
  readonly at: number;
  readonly links: Readonly<Record<LinkName, LinkSample>>;
}

export type Samples = readonly Sample[];

export type Measure = 'lagMs' | 'latencyP95Ms' | 'throughput';

/** Seconds, then one row a link: what a chart draws. */
export type ChartData = [number[], (number | null)[], (number | null)[]];

/** A quarter of an hour by the second. */
const mostSamples = 900;
/** Throughput is taken over so many samples: one second alone flickers. */
const smoothOver = 5;

export function addSample(
  before: Samples,
  links: Readonly<Record<LinkName, Pick<LinkStatus, 'lagMs' | 'latency' | 'applied'>>>,
  at: number,
): Samples {
  const of = (name: LinkName): LinkSample => {
    const { lagMs, latency, applied } = links[name];
    return { lagMs, latencyP95Ms: crossed(latency.p95Ms), applied };
  };
  const next = { at, links: { sql_to_mongodb: of('sql_to_mongodb'), mongodb_to_sql: of('mongodb_to_sql') } };
  return [...before.slice(1 - mostSamples), next];
}

/** A latency of 0 stands for none. */
function crossed(latencyMs: number | null): number | null {
  return latencyMs === 0 ? null : latencyMs;
}

/** Records written a second around the sample at `index`; null where that cannot be told (the first one, a restart). */
export function throughputAt(samples: Samples, index: number, link: LinkName): number | null {
  const last = samples[index];
  const first = samples[Math.max(0, index - smoothOver)];
  if (last === undefined || first === undefined || first === last) return null;
  const written = last.links[link].applied - first.links[link].applied;
  return written < 0 ? null : (written * 1000) / (last.at - first.at);
}

/** The last `spanMs` up to `now`: what the process remembers, then what came since. */
export function chartData(
  measure: Measure,
  { samples, history, spanMs, now }: { samples: Samples; history: History | null; spanMs: number; now: number },
): ChartData {
  const from = now - spanMs;
  const data: ChartData = [[], [], []];
  const remembered = history?.times ?? [];
  remembered.forEach((at, index) => {
    if (at < from) return;
    data[0].push(at / 1000);
    linkNames.forEach((link, row) => {
      const value = history?.links[link][measure][index] ?? null;
      (data[row + 1] as (number | null)[]).push(measure === 'latencyP95Ms' ? crossed(value) : value);
    });
  });
  // What the process remembers is of each step, what a status tells is of the last hour: they make no one line.
  if (measure === 'latencyP95Ms' && history !== null) return data;
  const since = Math.max(from, (remembered.at(-1) ?? 0) + 1);
  samples.forEach((sample, index) => {
    if (sample.at < since) return;
    data[0].push(sample.at / 1000);
    linkNames.forEach((link, row) => {
      const value = measure === 'throughput' ? throughputAt(samples, index, link) : sample.links[link][measure];
      (data[row + 1] as (number | null)[]).push(value);
    });
  });
  return data;
}
