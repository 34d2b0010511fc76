/**
 * Shares: where a sync is kept in step by several engines, each has the records of one partition, and progress of its own under a
 * name of its own. The number of partitions may grow: then each share hands its records over to several new ones. Must not know how
 * records are spread.
 */

import type { Side } from './side.js';

/** How the records are divided. */
export interface Division {
  readonly partitions: number;
  /** How they were before, oldest first. Each number divides the next one, so a record stays with the heirs of its share. */
  readonly former: readonly number[];
}

/** `#` is in no sync's name. */
const separator = '#';
/** More lanes than an engine can have. */
const lanesOfShare = 1000;

export const sharesMost = 999;
/** Shares of one division, in the numbers that names have. */
const sharesOfDivision = 1000;
/** Such numbers are exact, also with a lane behind them. */
const divisionsMost = 1000;

export function shareName(sync: string, share: number, { former }: Pick<Division, 'former'>): string {
  return `${sync}${separator}${former.length * sharesOfDivision + share}`;
}

/** The role of who captures a side's log. Each division has its own, so that nobody comes back to one with partitions of before. */
export function captureRole(side: Side, { former }: Pick<Division, 'former'>): string {
  return former.length === 0 ? `capture/${side}` : `capture/${side}/${former.length}`;
}

/** Which shares have the records that a former one had. */
export function heirsOf(share: number, before: number, partitions: number): readonly number[] {
  return Array.from({ length: partitions / before }, (_, n) => share + n * before);
}

/** Null: it can be; otherwise why not. */
export function whyNotDivided({ partitions, former }: Division, to: number): string | null {
  if (to <= partitions || to % partitions !== 0) return `it must be a multiple of ${partitions}, and more`;
  if (to > sharesMost) return `${sharesMost} are the most`;
  return former.length + 1 < divisionsMost ? null : 'it was divided too often';
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

export interface OwnedLane {
  /** As its own share counts it. */
  readonly lane: number;
  /** Whether its share has the partition's records, or had them. */
  readonly has: (partition: number) => boolean;
}

/** Whose lane it is, of what `lanesOfShares` counts; null: a share’s of a division that is not known. */
export function ownersOfLanes({ partitions, former }: Division): (lane: number) => OwnedLane | null {
  const divisions = [...former, partitions];
  return (lane) => {
    const named = Math.floor(lane / lanesOfShare);
    const share = named % sharesOfDivision;
    const of = divisions[Math.floor(named / sharesOfDivision)];
    return of === undefined ? null : { lane: lane % lanesOfShare, has: (partition) => partition % of === share };
  };
}

/** Null: it is no share of this sync. */
function shareNamed(sync: string, name: string): number | null {
  if (!name.startsWith(sync + separator)) return null;
  const rest = name.slice(sync.length + 1);
  return /^\d{1,6}$/.test(rest) ? Number(rest) : null;
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
