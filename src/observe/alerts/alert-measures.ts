/** What alerts look at, gathered anew for each look. Must not know any limit. */
import type { LinkName, Side } from '../../model/side.js';
import type { HourlyRate } from '../collector.js';

/** Null: cannot be read now. */
export interface AlertMeasures {
  /** Conflicts / changes read, over an hour. */
  readonly conflictRate: HourlyRate;
  /** Confirmed differences / records compared, last comparison; null: there was none yet. */
  readonly divergenceRate: HourlyRate | null;
  /** Failed write attempts / attempts, over an hour. */
  readonly errorRate: HourlyRate;
  readonly links: Readonly<
    Record<
      LinkName,
      {
        /** 95 % of the transactions of the last minutes crossed within this. */
        readonly latency: { readonly p95Ms: number; readonly count: number };
        readonly lagMs: number;
      }
    >
  >;
  /** Age of the oldest conflict that waits for a person; 0: none waits. */
  readonly oldestManualMs: number;
  readonly deadLetters: number;
  /** Until a side's log forgets our place in it, at the present rate; infinite: not in sight; null: cannot be read. */
  readonly hoursLeft: Readonly<Record<Side, number | null>>;
  /** Whether the links read and write, or wait because somebody paused them. */
  readonly running: boolean;
  /** Whether it stopped by itself and will not go on by itself. */
  readonly failed: boolean;
  readonly rollbackLevel: number;
  /** Whether a table is still followed. */
  readonly stoppedTables: Readonly<Record<string, boolean>>;
}
