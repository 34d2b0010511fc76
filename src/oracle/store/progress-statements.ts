/**
 * Statements on `ISTHMUS.PROGRESS`, the row that makes each write happen exactly once, and on `ISTHMUS.SAVED`, which has what a lane
 * saved: a LOB, which Debezium cannot tell of whole, and nobody reads it in the log. Must not know a plan.
 */
import type { RecordId, State } from '../../model/record.js';
import type { CommitRequest } from '../../ports/side-store.js';
import { type Bind, bound, forEach, type Statement } from '../statement.js';

export interface LaneOwner {
  readonly name: string;
  readonly lane: number;
  readonly epoch: number;
}

const ofLane = ({ name, lane }: Omit<LaneOwner, 'epoch'>): readonly Bind[] => [
  ['text', name],
  ['whole', lane],
];

/**
 * First in each transaction; it must meet one row. What the last transaction wrote is cleared: it is no longer what this
 * one's echo will say.
 */
export function advanceProgress(owner: LaneOwner, { number, previous }: CommitRequest): Statement {
  return bound(
    `update isthmus.progress set "NUMBER" = :1, wrote = null, remaining = 0
      where name = :2 and lane = :3 and epoch = :4 and "NUMBER" = :5`,
    [['whole', number], ...ofLane(owner), ['whole', owner.epoch], ['whole', previous]],
  );
}

/** A text of the log may have so many bytes. */
const pieceBytes = 4_000;

/**
 * For entities that may deviate: the echo tells by it what was changed beyond what we wrote. As many changes of the row as it has pieces,
 * each with the number of those that follow; letters beyond ASCII are written as JSON's escapes, so that a letter is a byte.
 */
export function noteWrote(owner: LaneOwner, wrote: ReadonlyMap<RecordId, State>): readonly Statement[] {
  const json = JSON.stringify(Object.fromEntries(wrote));
  const text = json.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const count = Math.ceil(text.length / pieceBytes);
  const pieces = Array.from({ length: count }, (_, at) => text.slice(at * pieceBytes, (at + 1) * pieceBytes));
  return forEach(
    'update isthmus.progress set wrote = :1, remaining = :2 where name = :3 and lane = :4',
    ['text', 'whole', 'text', 'whole'],
    pieces.map((piece, at) => [piece, count - 1 - at, owner.name, owner.lane]),
  );
}

/** There is one for each lane since it was taken over. */
export function saveProgress(owner: LaneOwner, saved: unknown): Statement {
  return bound('update isthmus.saved set saved = :1 where name = :2 and lane = :3', [
    ['lob', JSON.stringify(saved)],
    ...ofLane(owner),
  ]);
}

export function selectLane(owner: LaneOwner): Statement {
  return bound('select epoch, "NUMBER" from isthmus.progress where name = :1 and lane = :2', ofLane(owner));
}

/** Both rows of a lane, where they are missing. */
export function makeLane(lane: Omit<LaneOwner, 'epoch'>): readonly Statement[] {
  const missing = (table: string): string =>
    `not exists (select 1 from isthmus.${table} where name = :3 and lane = :4)`;
  const binds = [...ofLane(lane), ...ofLane(lane)];
  return [
    bound(
      `insert into isthmus.progress (name, lane, epoch, "NUMBER", remaining) select :1, :2, 0, 0, 0 from dual
        where ${missing('progress')}`,
      binds,
    ),
    bound(`insert into isthmus.saved (name, lane) select :1, :2 from dual where ${missing('saved')}`, binds),
  ];
}

const clock = bound(`select to_char(sys_extract_utc(systimestamp), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"') from dual`);

/** The server's clock of this moment; to be read by `clockMsOf`. */
export const selectClock: Statement = clock;

export function clockMsOf(rows: readonly (readonly (string | null)[])[]): number {
  return Date.parse(rows[0]?.[0] ?? '');
}
