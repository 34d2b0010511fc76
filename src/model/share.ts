/**
 * Shares: where a sync is kept in step by several engines, each has the records of one partition, and progress of its own under a
 * name of its own. Must not know how records are spread.
 */

/** `#` is in no sync's name. */
const separator = '#';
/** More lanes than an engine can have. */
const lanesOfShare = 1000;

export const sharesMost = 999;

export function shareName(sync: string, share: number): string {
  return `${sync}${separator}${share}`;
}

/** Which lane of a sync a stored lane is, as a log's reader counts them; null: another sync's. */
export type LaneOf = (name: string, lane: number) => number | null;

/** A reader for one engine. */
export function ownLanes(sync: string): LaneOf {
  return (name, lane) => (name === sync ? lane : null);
}

/** A reader for all shares: their lanes in one count. */
export function lanesOfShares(sync: string): LaneOf {
  return (name, lane) => {
    const share = shareNamed(sync, name);
    return share === null ? null : share * lanesOfShare + lane;
  };
}

/** The share and its own lane, of what `lanesOfShares` counts. */
export function splitLane(lane: number): { readonly share: number; readonly lane: number } {
  return { share: Math.floor(lane / lanesOfShare), lane: lane % lanesOfShare };
}

/** Null: it is no share of this sync. */
function shareNamed(sync: string, name: string): number | null {
  if (!name.startsWith(sync + separator)) return null;
  const rest = name.slice(sync.length + 1);
  return /^\d{1,3}$/.test(rest) ? Number(rest) : null;
}

/** A mark of a share, as it stands in a log that all shares have in common. */
export function markOfShare(share: number, id: string): string {
  return `${share}:${id}`;
}

/** Null: no share wrote it. */
export function splitMark(mark: string): { readonly share: number; readonly id: string } | null {
  const match = /^(\d{1,3}):(.*)$/s.exec(mark);
  return match && { share: Number(match[1]), id: match[2] as string };
}
