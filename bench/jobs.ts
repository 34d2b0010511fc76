/** What a benchmark's own processes are told and answer. Plain data. */
import type { Role } from '../src/app/scale/roles.js';
import type { ConfigInput } from '../src/config/load.js';
import type { Side } from '../src/model/side.js';

export type Job =
  /** As `isthmus run` has it; `role`: over Kafka, as `isthmus run --role` has it. */
  | { readonly kind: 'sync'; readonly config: ConfigInput; readonly role?: Role }
  /** Drains that many changes of a side's log and does nothing with them. */
  | {
      readonly kind: 'capture';
      readonly config: ConfigInput;
      readonly side: Side;
      readonly from: string;
      readonly changes: number;
    }
  /** The same of MongoDB with the bare driver, which hands on bytes. */
  | { readonly kind: 'raw-capture'; readonly config: ConfigInput; readonly from: string; readonly changes: number }
  /** Brings all records of a side from one version to the next: through our store, or with the bare driver. */
  | ({ readonly kind: 'write' | 'raw-write' } & WriteJob)
  /** Reads all records of a side by pages, or both sides as a comparison does. */
  | { readonly kind: 'read'; readonly config: ConfigInput; readonly side: Side; readonly rows: number }
  | { readonly kind: 'compare'; readonly config: ConfigInput; readonly rows: number }
  /** Inserts that many new rows with the bare driver. */
  | {
      readonly kind: 'raw-insert';
      readonly config: ConfigInput;
      readonly side: Side;
      readonly rows: number;
      readonly batch: number;
    };

export interface WriteJob {
  readonly config: ConfigInput;
  readonly side: Side;
  readonly rows: number;
  /** The version that stands there; the next one is written. */
  readonly version: number;
  readonly batch: number;
  readonly lanes: number;
}

export interface SyncReport {
  readonly state: string;
  readonly applied: { readonly sql: number; readonly mongodb: number };
  readonly pending: number;
  readonly held: number;
  readonly conflicts: number;
  readonly loading: boolean;
  readonly loaded: number;
  readonly lastError: string | null;
  readonly rssBytes: number;
  readonly peakBytes: number;
  readonly cpuMs: number;
  /** Read and written since it began to sync, nearly all of it from and to the servers; null where the system does not tell. */
  readonly traffic: Traffic | null;
}

export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type ToChild =
  | { readonly ask: 'status' | 'pause' | 'resume' | 'stop' }
  | { readonly ask: 'settled'; readonly limitMs: number };

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'status'; readonly report: SyncReport }
  | { readonly kind: 'done' }
  | { readonly kind: 'settled'; readonly settled: boolean }
  | { readonly kind: 'result'; readonly perSecond: number; readonly seconds: number; readonly cpuMs: number };
