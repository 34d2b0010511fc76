/** What a run is told. Data only. */

export interface TortureOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Null: all that this machine can do. */
  readonly faults: readonly string[] | null;
  /** Users' transactions a second; null: the workload's own number. */
  readonly perSecond: number | null;
  /** Where logs and configurations of the sync are kept; made if it is missing. */
  readonly folder: string;
  readonly note: (text: string) => void;
}
