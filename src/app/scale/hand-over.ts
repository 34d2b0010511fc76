/**
 * Hands what a share has stored over to its heirs, each of which has a part of its records: held records, loads, stops, the course,
 * and the place in both logs. To an heir it is as if it had crashed there. What was handed over is not handed over again.
 * Must not know how shares came to rest.
 */
import { IsthmusError } from '../../base/errors.js';
import { placePosition, readPlace } from '../../kafka/place.js';
import type { RecordRef } from '../../model/record.js';
import { otherSide, type Side, sides } from '../../model/side.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { OwnCourseStore } from '../../ports/course-store.js';
import type { LeaseStore } from '../../ports/lease-store.js';
import { retiredEpoch, type SideStore, type TakenOver } from '../../ports/side-store.js';
import { joinProgress, type SavedProgress } from '../../sync/read-progress.js';
import { lastEpoch, type SavedByLane, settleLane } from '../../sync/recover.js';
import { isHandled } from './drain.js';

/** What a share has stored, under its own name. */
export interface StoredShare {
  readonly share: number;
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly work: Pick<ConflictStore, 'openWork' | 'saveLoad' | 'saveMapping' | 'saveStop'>;
  readonly course: OwnCourseStore;
}

export interface HandOver {
  readonly from: StoredShare;
  readonly heirs: readonly StoredShare[];
  readonly shareOf: (ref: RecordRef) => number;
  /** Lanes of a link, without the one for settlements. */
  readonly lanes: number;
}

/** One that died in the middle is no obstacle to the next one. */
const divider = 'repartition';
const leaseMs = 10_000;

type Ends = Readonly<Record<Side, ReadonlyMap<number, bigint>>>;
type Found = Readonly<Record<Side, TakenOver>>;

/** Whether nothing that is in the share's partitions is left to it. Ends whoever runs it. */
export async function isAtRest({ stores, share }: StoredShare, lanes: number, ends: Ends): Promise<boolean> {
  const found = await takeOver(stores, (await lastEpoch(stores)) + 1, lanes + 1);
  return sides.every((side) => {
    const progress = progressOf(found, side);
    return progress?.ranges.length === 0 && isHandled(progress.done, ends[side].get(share) ?? 0n);
  });
}

/** Whether it was handed over, or is about to be. */
export async function isRetired({ stores }: StoredShare): Promise<boolean> {
  return (await lastEpoch(stores)) >= retiredEpoch;
}

/** Who captures with the role `to` begins where those with `from` ended. False: another process has one of them. */
export async function handOverPosition(leases: LeaseStore, from: string, to: string): Promise<boolean> {
  const last = await leases.claim(from, divider, leaseMs);
  const first = last && (await leases.claim(to, divider, leaseMs));
  if (last === null || first === null) return false;
  const kept = await leases.renew(first, leaseMs, last.position ?? undefined);
  await leases.release(first);
  await leases.release(last);
  return kept;
}

/** From here on the share cannot be begun again, by whoever comes back. */
export async function handOver({ from, heirs, shareOf, lanes }: HandOver): Promise<void> {
  const { stores } = from;
  const epoch = Math.max(retiredEpoch, await lastEpoch(stores)) + 1;
  const found = await takeOver(stores, epoch, lanes + 1);
  const work = await from.work.openWork();
  const course = await from.course.claim(epoch);
  for (const heir of heirs) {
    for (const load of work.loads) await heir.work.saveLoad(load);
    for (const stop of work.stops) await heir.work.saveStop(stop);
    for (const mapping of work.mappings) await heir.work.saveMapping(mapping);
    await inherit(heir, { found, from, shareOf, lanes });
    const known = await heir.course.claim(1);
    if (course !== null && known === null) await heir.course.save(1, course);
  }
}

interface Inheritance extends Omit<HandOver, 'heirs'> {
  readonly found: Found;
}

/** Its first transactions: with them it has numbers and a place of its own. */
async function inherit(heir: StoredShare, { found, from, shareOf, lanes }: Inheritance): Promise<void> {
  const { stores, share } = heir;
  const own = await takeOver(stores, (await lastEpoch(stores)) + 1, lanes + 1);
  const last = lastNumber(found);
  for (const side of sides) {
    // A link's progress is stored in its target.
    const target = otherSide(side);
    const progress = progressOf(found, side);
    if (progress === null) throw new IsthmusError('metadata_invalid', { message: `Share ${from.share} has no place.` });
    const has = new Map(own[target].lanes.map(({ lane, number }) => [lane, number]));
    for (let lane = 0; lane <= lanes; lane++) {
      if ((has.get(lane) ?? 0) > 0) continue;
      const settles = lane === settleLane(lanes);
      const position: SavedProgress = { done: placeOf(progress.done, share === from.share), ranges: [] };
      const saved: SavedByLane = { position };
      const hold = settles ? found[target].held.filter((row) => shareOf(row) === share) : [];
      const outcome = await stores[target].commit({
        lane,
        previous: 0,
        number: last + 1 + lane,
        save: settles ? saved : {},
        read: [],
        plan: () => ({ writes: [], hold, drop: [], settlements: [] }),
      });
      if (outcome.kind === 'refused')
        throw new IsthmusError('permission_denied', {
          message: `Progress could not be stored: ${outcome.refusal.reason}`,
        });
    }
  }
}

async function takeOver(stores: StoredShare['stores'], epoch: number, lanes: number): Promise<Found> {
  return { sql: await stores.sql.takeOver(epoch, lanes), mongodb: await stores.mongodb.takeOver(epoch, lanes) };
}

/** Of the link from `side`. */
function progressOf(found: Found, side: Side): SavedProgress | null {
  const saved = found[otherSide(side)].lanes.map((lane) => (lane.saved ?? {}) as SavedByLane);
  return joinProgress(saved.flatMap(({ position }) => (position ? [position] : [])));
}

/** No number that was given out is given out again, on either side. */
function lastNumber(found: Found): number {
  const given = sides.flatMap((side) => [
    ...found[side].lanes.map(({ number }) => number),
    ...found[side].held.map(({ begun }) => begun),
  ]);
  return Math.max(0, ...given);
}

/** All that the source said there was handled: with more partitions it would be counted otherwise. */
const indexBeyondAll = 99_999_999;

/** A new partition is read from its first message. */
function placeOf(position: string, stays: boolean): string {
  const { source, offset } = readPlace(position);
  return placePosition({ source, index: indexBeyondAll, offset: stays ? offset : '-1' });
}
