/** What a run is told. */
import { InvalidArgumentError } from 'commander';
import { type FaultPoint, faultPoints } from '../src/base/fault-points.js';

export interface TortureOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Null: all that this machine can do. */
  readonly faults: readonly string[] | null;
  /** Users' transactions a second; null: the workload's own number. */
  readonly perSecond: number | null;
  /** Fault points that `every-point` walks over; null: all that a running sync has. */
  readonly points: readonly FaultPoint[] | null;
  /** Where logs and configurations of the sync are kept; made if it is missing. */
  readonly folder: string;
  readonly note: (text: string) => void;
}

/** A whole number above 0, from the command line. */
export function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number above 0 is asked for');
  return number;
}

/** Names with commas, from the command line. */
export function pointsNamed(text: string): readonly FaultPoint[] {
  return text.split(',').map((name) => {
    const found = faultPoints.find((point) => point === name);
    if (found === undefined)
      throw new InvalidArgumentError(`${name} is no fault point; there are ${faultPoints.join(', ')}`);
    return found;
  });
}
