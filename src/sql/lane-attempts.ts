/**
 * What a lane does with a commit request on any SQL server: attempts until one is committed or refused for good, and what became of an
 * attempt whose answer was lost. Must not know a driver, nor a statement.
 */
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { CommitOutcome, CommitRequest, Plan, TargetRefusal } from '../ports/side-store.js';

export type Attempt =
  | CommitOutcome
  /** Rows came or went between reading and writing, or the server would not write. `refusal`: what that is in the end, if it stays so. */
  | { readonly kind: 'missed'; readonly refusal: TargetRefusal }
  /** Nothing was written; the next attempt keeps the order of the plan's writes. */
  | { readonly kind: 'again' };

/** What a server's errors mean. */
export interface LaneServer {
  readonly name: string;
  isConnectionLost(error: unknown): boolean;
  isContention(error: unknown): boolean;
  toIsthmusError(error: unknown, doing: string): IsthmusError;
}

export interface LaneAttempts {
  readonly attempt: () => Promise<Attempt>;
  readonly request: Pick<CommitRequest, 'retried'>;
  readonly server: LaneServer;
  /** The connection is gone: the next attempt makes a new one. */
  readonly drop: () => void;
  readonly lane: number;
  readonly clock: Clock;
  readonly log: Logger;
}

const missedLimit = 3;
const contendedLimitMs = 60_000;
const unreachableLimitMs = 30_000;
const firstPauseMs = 5;
const longestPauseMs = 1_000;

export async function untilCommitted(options: LaneAttempts): Promise<CommitOutcome> {
  const { attempt: next, clock, drop, lane, log, request, server } = options;
  const startedAt = clock.now();
  let missed = 0;
  for (let tries = 0; ; tries++) {
    try {
      const attempt = await next();
      if (attempt.kind === 'committed' || attempt.kind === 'refused') return attempt;
      if (attempt.kind === 'missed' && ++missed >= missedLimit) return { kind: 'refused', refusal: attempt.refusal };
      request.retried?.();
    } catch (error) {
      if (error instanceof PlanFailure) throw error.cause;
      const lost = server.isConnectionLost(error);
      if (lost) drop();
      const limitMs = lost ? unreachableLimitMs : contendedLimitMs;
      const goesOn = (lost || server.isContention(error)) && clock.now() - startedAt <= limitMs;
      if (!goesOn) throw server.toIsthmusError(error, `writing to ${server.name}`);
      request.retried?.();
      log.debug({ lane, tries, lost }, 'a write is tried again');
      const pauseMs = Math.min(firstPauseMs * 2 ** tries, longestPauseMs);
      await clock.sleep(pauseMs * (0.5 + Math.random() / 2));
    }
  }
}

/** Not the server's: another attempt would throw again. */
export class PlanFailure extends Error {}

/** A plan that was sent with a COMMIT whose answer may have been lost. */
export interface Sent {
  readonly plan: Plan;
  readonly committedAt: number;
}

export interface Lookup {
  /** Epoch and number of the lane's stored row; undefined: there is none. */
  readonly row: readonly (string | null)[] | undefined;
  readonly owner: { readonly lane: number; readonly epoch: number };
  readonly request: Pick<CommitRequest, 'number' | 'previous'>;
  readonly sent: Sent | null;
  readonly server: Pick<LaneServer, 'name'>;
}

/** The stored number is not the one before ours: it is ours already, or somebody else's. Throws `fenced`. */
export function whatBecame({ row, owner, request, sent, server }: Lookup): CommitOutcome {
  const { lane, epoch } = owner;
  if (row === undefined)
    throw new IsthmusError('metadata_invalid', { message: `isthmus.progress has no row of lane ${lane}.` });
  if (Number(row[0]) !== epoch) throw new IsthmusError('fenced');
  if (Number(row[1]) === request.number && sent !== null) return { kind: 'committed', ...sent };
  throw new IsthmusError('invariant_broken', {
    message: `Lane ${lane} stands at number ${row[1]} in ${server.name}, not at ${request.previous}.`,
  });
}
