/** When a log will have forgotten our place, at the pace of the last while. Pure. */

export interface RoomSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How much may still be added to the log, in any unit. */
  readonly left: number;
}

const hourMs = 3_600_000;
/** A pace over less time is chance. */
const leastSpanMs = 60_000;

/**
 * Infinite: the room does not shrink. The most room in the older half of the samples is held against the most in the newer
 * one: room that is taken and given back, as when a slot's place is moved on now and then, is no loss.
 */
export function hoursLeft(samples: readonly RoomSample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.POSITIVE_INFINITY;
  if (last.left <= 0) return 0;
  if (last.at - first.at < leastSpanMs) return Number.POSITIVE_INFINITY;
  const middle = (first.at + last.at) / 2;
  const before = most(samples.filter(({ at }) => at <= middle));
  const after = most(samples.filter(({ at }) => at > middle));
  const lost = before.left - after.left;
  return lost > 0 ? (last.left / lost) * ((after.at - before.at) / hourMs) : Number.POSITIVE_INFINITY;
}

/** The first one with the most room. */
function most(samples: readonly RoomSample[]): RoomSample {
  return samples.reduce((best, one) => (one.left > best.left ? one : best));
}
