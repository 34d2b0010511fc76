/** What a fault is, and what it gets to work with. Must not know any fault. */
import type { FaultPoint } from '../../src/base/fault-points.js';
import type { Side } from '../../src/model/side.js';
import type { Random } from '../../src/testing/random.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Supervisor } from '../cluster/supervisor.js';

/** Two faults that touch the same thing never run at once: each must be able to undo what it did. */
export type Touched = 'sync' | 'postgres' | 'sql-network' | 'mongodb' | 'application';

/** What of this machine decides whether a fault can be had. Each: null, or why not. */
export interface Machine {
  readonly noDisk: string | null;
  readonly noClock: string | null;
}

export interface Fault {
  readonly name: string;
  /** In one line, for people. */
  readonly does: string;
  readonly touches: readonly Touched[];
  /** How long it is held, in seconds: least and most. What it takes to undo comes on top. */
  readonly seconds: readonly [least: number, most: number];
  /** Once in a run at most, and only in one of two minutes or more unless it is named. */
  readonly rare?: true;
  /** Never but by its name. */
  readonly onlyNamed?: true;
  /** Null, or why this machine cannot do it. */
  missing?(machine: Machine): string | null;
  /** Does it, holds it for `forMs`, undoes it; resolves with what came of it, in a few words. */
  run(world: FaultWorld, time: FaultTime): Promise<string>;
}

export interface FaultTime {
  readonly forMs: number;
  readonly random: Random;
}

/** What the users' application does on demand. */
export interface Application {
  /** A transaction that keeps row locks for so long. */
  lockFor(ms: number): Promise<void>;
  deadlock(): Promise<void>;
  addColumn(): Promise<void>;
  dropColumn(): Promise<void>;
}

/** What people who operate the sync do. */
export interface Operators {
  /** Those that are no longer followed. */
  stoppedTables(): Promise<readonly string[]>;
  /** `isthmus load`, to its end. */
  load(table: string): Promise<void>;
  /** Ends the process in order and starts another one. */
  restart(): Promise<void>;
  /** Begins a load of some table, and does not wait for it. */
  beginLoad(random: Random): Promise<void>;
  /** The way back of docs/runbook.md after a log has lost the sync's place. */
  beginAnew(): Promise<void>;
}

export interface FaultWorld {
  readonly cluster: Cluster;
  readonly supervisor: Supervisor;
  readonly application: Application;
  readonly operators: Operators;
  /** That the walk over the fault points goes over. */
  readonly points: readonly FaultPoint[];
  readonly note: (text: string) => void;
  /** Milliseconds of the run's own clock. */
  readonly now: () => number;
  /** Until the time of the faults is over; below 0 when it is. */
  readonly leftMs: () => number;
  /** A gap in a side's log, from when until when, that operators accepted. */
  readonly accept: (gap: { readonly side: Side; readonly from: number; readonly to: number }) => void;
  /** A document that was written to an old primary alone and must be nowhere at the end. */
  readonly rolledBack: (id: number) => void;
}

/** A fault is held for a while: nothing is waited for. */
export function hold(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
