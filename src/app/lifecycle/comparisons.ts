/** What the phases and rollback levels need of comparisons and of compared reads. Must not know how they are made. */
import { IsthmusError } from '../../base/errors.js';

export interface KnownComparison {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly compared: number;
  /** Confirmed differences, missing records too. */
  readonly different: number;
  readonly repaired: number;
  readonly sample: number;
  readonly tables: Readonly<Record<string, unknown>>;
  /** ISO. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface Comparisons {
  start(request: { readonly reason?: 'rollback_level'; readonly by?: string }): Promise<KnownComparison>;
  list(limit: number): Promise<readonly KnownComparison[]>;
  repair(
    id: string,
    request: { readonly use: 'sql' | 'mongodb' | 'policy' | 'queue'; readonly by: string },
  ): Promise<unknown>;
  /** How often all is compared; null: never. */
  every(ms: number | null): void;
  on(event: 'finished', listener: (comparison: KnownComparison) => void): void;
}

export function isWhole(comparison: KnownComparison, tables: Iterable<string>): boolean {
  return comparison.sample === 1 && [...tables].every((table) => Object.hasOwn(comparison.tables, table));
}

/** For a process that only compares: what it finds raises no rollback level. */
export const unheardComparisons: Comparisons = {
  start: () => Promise.reject(new IsthmusError('not_running')),
  list: () => Promise.resolve([]),
  repair: () => Promise.reject(new IsthmusError('not_running')),
  every: () => {},
  on: () => {},
};
