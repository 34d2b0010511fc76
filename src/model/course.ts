/** Which way changes cross, and what the change of a direction leaves to be done. Pure. */
import { linkFrom, type Side, sides } from './side.js';

export const directions = ['both', 'sql_to_mongodb', 'mongodb_to_sql', 'none'] as const;
export type Direction = (typeof directions)[number];

export interface Course {
  readonly direction: Direction;
  /** Sides that led before: what their users committed until the change still has to cross. */
  readonly owed: readonly Side[];
}

/** Whether the side's users' changes are to cross. */
export function leads(direction: Direction, side: Side): boolean {
  return direction === 'both' || direction === linkFrom(side);
}

/** The course after a change of direction. */
export function turned(course: Course, direction: Direction): Course {
  const owed = sides.filter(
    (side) => !leads(direction, side) && (leads(course.direction, side) || course.owed.includes(side)),
  );
  return { direction, owed };
}
