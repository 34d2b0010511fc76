/** What the engine can be told; every bound of the engine stands here. */
import type { Side } from '../model/side.js';
import type { RemovableRule } from './rules.js';

export interface EngineOptions {
  /** Changes in one target transaction, about; also the rows of a load's chunk. */
  readonly batch: number;
  /** Writers per link. */
  readonly lanes: number;
  /** What users write on a side that does not lead crosses all the same. */
  readonly keepsPassive: boolean;
  /** Which side fills the other when the sync starts for the first time. */
  readonly initial: Side | 'none';
  /** A source transaction up to this many changes stays whole on the target. */
  readonly wholeTransaction: number;
  /** Records advanced or settled in one go. */
  readonly group: number;
  /** How long a record held by one link only waits for the other link's news before a mark is written. */
  readonly silentWaitMs: number;
  /** First and longest pause before a held record that could not be advanced is looked at again. */
  readonly timerMs: number;
  readonly timerMaxMs: number;
  /** Marks for the lag's sake, and saves of a position that moved without writes. */
  readonly heartbeatMs: number;
  /** Refused writes: attempts before the record becomes a dead letter, and the pause between later ones. */
  readonly refusedAttempts: number;
  readonly refusedRetryMs: number;
  /** Pause before the engine starts again after a server was lost, first and longest. */
  readonly restartMs: number;
  readonly restartMaxMs: number;
  /** Records that a link wrote and that were not read back, before it waits for the other link to read their echoes. */
  readonly awaitingMost: number;
  /** Records that a link holds, before it waits while the settlement of held ones gets on. */
  readonly heldMost: number;
  /** Chunks of one load that are read ahead. */
  readonly chunksAhead: number;
  /** Changes a second that a link writes at most; null: no limit. */
  readonly throttle: number | null;
  readonly disabledRules: ReadonlySet<RemovableRule>;
}

export const defaultEngineOptions: EngineOptions = {
  batch: 1000,
  lanes: 2,
  keepsPassive: false,
  initial: 'none',
  wholeTransaction: 10_000,
  group: 500,
  silentWaitMs: 20,
  timerMs: 50,
  timerMaxMs: 2000,
  heartbeatMs: 10_000,
  refusedAttempts: 3,
  refusedRetryMs: 30_000,
  restartMs: 100,
  restartMaxMs: 10_000,
  awaitingMost: 30_000,
  heldMost: 10_000,
  chunksAhead: 3,
  throttle: null,
  disabledRules: new Set(),
};
