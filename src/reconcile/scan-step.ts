/** What a scan tells as it goes. Data only. */
import type { RecordRef } from '../model/record.js';

export interface Suspect extends RecordRef {
  /** UTF-16 units of both states: how much room an examination of it takes. */
  readonly units: number;
}

/** Where a scan goes on. */
export interface Frontier {
  /** `both`: both are read, or SQL's pages are looked up; `mongodb`: MongoDB's keys are looked up. */
  readonly pass: 'both' | 'mongodb';
  readonly sql: string | null;
  readonly mongodb: string | null;
}

export interface ScanStep {
  /** Records of the sample that were met for the first time. */
  readonly compared: number;
  readonly suspects: readonly Suspect[];
  /** Null: the table is read to its end. */
  readonly frontier: Frontier | null;
}
