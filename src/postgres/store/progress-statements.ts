/** Statements on `isthmus.progress`, the row that makes each write happen exactly once. Must not know a plan. */
import type { RecordId, State } from '../../model/record.js';
import type { CommitRequest } from '../../ports/side-store.js';
import type { Statement } from '../session.js';
import { missedMark } from './write-statements.js';

export interface LaneOwner {
  readonly name: string;
  readonly lane: number;
  readonly epoch: number;
}

/**
 * First in each transaction. A COMMIT may be on its way already, so a miss has to raise. Returns the server's clock.
 * What the last transaction wrote is cleared: it is no longer what this one's echo will say. With an origin the log
 * carries the origin's time as the commit time, which would be the one of the transaction before.
 */
export function advanceProgress(owner: LaneOwner, request: CommitRequest, tagged: boolean): Statement {
  const keep = request.save === undefined;
  return {
    name: `isthmus_advance${keep ? '' : '_save'}${tagged ? '_tagged' : ''}`,
    text: `with w as (update isthmus.progress set number = $5, wrote = null${keep ? '' : ', saved = $6'}
        where name = $1 and lane = $2 and epoch = $3 and number = $4 returning 1)
      select case when count(*) = 1 then 1 else ('${missedMark}' || count(*))::int end,
        (extract(epoch from clock_timestamp()) * 1000)::bigint${tagged ? ", pg_replication_origin_xact_setup('0/1', clock_timestamp())" : ''} from w`,
    values: [
      owner.name,
      String(owner.lane),
      String(owner.epoch),
      String(request.previous),
      String(request.number),
      ...(keep ? [] : [JSON.stringify(request.save)]),
    ],
  };
}

/** For entities that may deviate: the echo tells by it what was changed beyond what we wrote. */
export function noteWrote(owner: LaneOwner, wrote: ReadonlyMap<RecordId, State>): Statement {
  return {
    name: 'isthmus_wrote',
    text: 'update isthmus.progress set wrote = $3 where name = $1 and lane = $2',
    values: [owner.name, String(owner.lane), JSON.stringify(Object.fromEntries(wrote))],
  };
}

/** What only the plan knows of the progress. */
export function saveProgress(owner: LaneOwner, saved: unknown): Statement {
  return {
    name: 'isthmus_save',
    text: 'update isthmus.progress set saved = $3 where name = $1 and lane = $2',
    values: [owner.name, String(owner.lane), JSON.stringify(saved)],
  };
}

export function selectLane(owner: LaneOwner): Statement {
  return {
    name: 'isthmus_lane',
    text: 'select epoch, number from isthmus.progress where name = $1 and lane = $2',
    values: [owner.name, String(owner.lane)],
  };
}
