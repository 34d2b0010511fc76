/** A comparison as the API, the command line and programs see it. Data only. */
import type { DifferenceKind, DifferenceState, RepairUse } from '../../ports/comparison-store.js';

export interface ComparisonRequest {
  /** All that are synced by default. */
  readonly entities?: readonly string[];
  /** The share of records, above 0 up to 1. */
  readonly sample?: number;
  /** Repairs what differs at the end: this side is right, or the table's policy decides. */
  readonly repair?: RepairUse;
  /** With `repair`: only says what would be written. */
  readonly dryRun?: boolean;
  readonly by?: string;
  readonly reason?: 'asked' | 'scheduled' | 'rollback_level';
}

interface Counts {
  readonly compared: number;
  /** Confirmed differences, missing records too. */
  readonly different: number;
  readonly missing: { readonly sql: number; readonly mongodb: number };
  readonly repaired: number;
  /** Wait for a person or their target: shown as conflicts or dead letters. */
  readonly waiting: number;
  /** Changed at every look. */
  readonly unsettled: number;
}

export interface WritesPlanned {
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
}

export interface Comparison extends Counts {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly total: number;
  readonly repair: RepairUse | null;
  readonly dryRun: boolean;
  /** Of a dry run, where a side is named as right: what would be written on the other one. */
  readonly planned: WritesPlanned | null;
  readonly sample: number;
  readonly tables: Readonly<Record<string, Counts>>;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly reason: 'asked' | 'scheduled' | 'rollback_level';
  readonly by: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ShownDifference {
  readonly table: string;
  readonly key: unknown;
  readonly kind: DifferenceKind;
  /** Names of the document's fields that differ; empty where a whole record is missing. */
  readonly fields: readonly string[];
  readonly state: DifferenceState;
  readonly reason: string | null;
}

export interface ComparisonDetail extends Comparison {
  readonly differences: readonly ShownDifference[];
  readonly cursor: string | null;
}

export interface ComparisonPage {
  readonly limit: number;
  readonly cursor?: string;
}

export interface ComparisonEvents {
  /** About once a second while one runs. */
  progress: [Comparison];
  finished: [Comparison];
}
