/** Statements on `isthmus.progress`, the row that makes each write happen exactly once. Must not know a plan. */
import type { RecordId, State } from '../../model/record.js';
import type { CommitRequest } from '../../ports/side-store.js';
import { literal } from '../names.js';

export interface LaneOwner {
  readonly name: string;
  readonly lane: number;
  readonly epoch: number;
}

/**
 * First in each transaction; it must meet one row. What the last transaction wrote is cleared: it is no longer what this
 * one's echo will say.
 */
export function advanceProgress(owner: LaneOwner, request: CommitRequest): string {
  const saved = request.save === undefined ? '' : `, saved = ${literal(JSON.stringify(request.save))}`;
  return `update isthmus.progress set number = ${request.number}, wrote = null${saved}
    where ${ofLane(owner)} and epoch = ${owner.epoch} and number = ${request.previous}`;
}

/** For entities that may deviate: the echo tells by it what was changed beyond what we wrote. */
export function noteWrote(owner: LaneOwner, wrote: ReadonlyMap<RecordId, State>): string {
  const text = JSON.stringify(Object.fromEntries(wrote));
  return `update isthmus.progress set wrote = ${literal(text)} where ${ofLane(owner)}`;
}

/** What only the plan knows of the progress. */
export function saveProgress(owner: LaneOwner, saved: unknown): string {
  return `update isthmus.progress set saved = ${literal(JSON.stringify(saved))} where ${ofLane(owner)}`;
}

export function selectLane(owner: LaneOwner): string {
  return `select epoch, number from isthmus.progress where ${ofLane(owner)}`;
}

/** The server's clock, milliseconds since 1970: of this moment, not of when the statement began. */
export const clockMs = 'select floor(unix_timestamp(sysdate(6)) * 1000)';

function ofLane({ name, lane }: LaneOwner): string {
  return `name = ${literal(name)} and lane = ${lane}`;
}
