/** A life changes which way changes cross, in mid-work. Must not know why. */
import { IsthmusError } from '../base/errors.js';
import type { Course, Direction } from '../model/course.js';
import type { Side } from '../model/side.js';
import type { Following } from './following.js';

/** False: a later life has claimed the course. `number`: of the turn, where several engines follow it. */
export type SaveTurn = (epoch: number, course: Course, number?: number) => Promise<boolean>;

/** The turn is one that several engines follow. */
export interface AmongEngines {
  readonly number: number;
  /** This one has missed some before it. */
  readonly skipped: boolean;
}

interface TurningLife {
  readonly epoch: number;
  fail(error: unknown): void;
  payOwed(side: Side): void;
}

interface Turning {
  readonly direction: Direction;
  readonly save: SaveTurn;
  readonly among: AmongEngines | undefined;
}

/** Throws what `save` throws; the life ends then, since it may have been stored. */
export function turnLife(life: TurningLife, following: Following, { direction, save, among }: Turning): Promise<void> {
  return following.alone(async () => {
    following.widen(direction);
    const course = following.next(direction, among?.skipped);
    try {
      // Another life has claimed it: this one looks again, and ends if it was another process's.
      if (!(await save(life.epoch, course))) throw startedAnew();
    } catch (error) {
      life.fail(error);
      throw error;
    }
    for (const side of following.turn(course, among?.number)) life.payOwed(side);
  });
}

/** A later life has claimed the course. */
export function startedAnew(): IsthmusError {
  return new IsthmusError('transient', { message: 'The sync was started anew meanwhile.' });
}
