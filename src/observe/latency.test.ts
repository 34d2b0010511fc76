/** Quantiles are exact to a bucket's width, whatever is recorded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Latency } from './latency.js';

describe('quantiles', () => {
  it('are 0 of nothing, and of what cannot be measured', () => {
    const latency = new Latency();
    expect(latency.quantiles()).toEqual({ count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 });
    latency.record(0);
    latency.record(-5);
    latency.record(Number.NaN);
    expect(latency.quantiles()).toEqual({ count: 3, p50Ms: 0, p95Ms: 0, p99Ms: 0 });
  });

  it('are within 5 % of the true ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const latency = new Latency();
          for (const value of values) latency.record(value);
          const sorted = [...values].sort((a, b) => a - b);
          const quantiles = latency.quantiles();
          for (const [share, found] of [
            [0.5, quantiles.p50Ms],
            [0.95, quantiles.p95Ms],
            [0.99, quantiles.p99Ms],
          ] as const) {
            const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
            expect(Math.abs(found - exact) / exact).toBeLessThan(0.05);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
