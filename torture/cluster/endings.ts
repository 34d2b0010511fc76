/** What the end of a sync's process means: expected, to be started again, or a problem of the run. Pure. */
import type { Ended } from './sync-process.js';

export interface Circumstances {
  /** We sent it SIGKILL. */
  readonly killed: boolean;
  /** We asked it to end by SIGTERM. */
  readonly stopped: boolean;
  /** It had a point at which to kill itself. */
  readonly armed: boolean;
  /** A second process was started while it ran. */
  readonly rivalled: boolean;
  /** Codes at which it is meant to stop for safety now. */
  readonly expected: ReadonlySet<string>;
}

export type Ending =
  | 'killed'
  | 'at-fault-point'
  | 'stopped'
  | 'unreachable'
  | 'fenced'
  | 'refused'
  | 'expected'
  | 'problem';

export function endingOf({ code, signal, error }: Ended, of: Circumstances): Ending {
  if (signal === 'SIGKILL') return of.killed ? 'killed' : of.armed ? 'at-fault-point' : 'problem';
  if (of.stopped && code === 0) return 'stopped';
  if (code === 3) return 'unreachable';
  if (code === 4 && error === 'fenced') return of.rivalled ? 'fenced' : 'problem';
  // Another process listens where its API was to be.
  if (code === 2 && error === 'listen_refused') return of.rivalled ? 'refused' : 'problem';
  if (code === 4 && error !== null && of.expected.has(error)) return 'expected';
  return 'problem';
}
