/** Which way changes cross, and what the change of a direction leaves to be done. Pure. */
import { linkFrom, type Side, sides } from './side.js';

export const directions = ['both', 'sql_to_mongodb', 'mongodb_to_sql', 'none'] as const;
export type Direction = (typeof directions)[number];

export interface Course {
  readonly direction: Direction;
  /** Sides that led before: what their users committed until the change still has to cross. */
  readonly owed: readonly Side[];
}

/**
 * A change of direction that several engines follow, each when it comes to it. Numbers grow: a side that begins to lead has the
 * number in its log, before anything that its users write because of it.
 */
export interface Turn {
  readonly number: number;
  readonly direction: Direction;
}

/** What all engines of a sync go by: the turn in force, and one that is announced and may come into force at any moment. */
export interface CommonCourse extends Turn {
  readonly coming: Turn | null;
}

const leadMarkBegins = 'leads:';

/** What is written into the log of each side that begins to lead. */
export function leadMark(number: number): string {
  return `${leadMarkBegins}${number}`;
}

/** The number of the turn; null: another mark. */
export function turnOfMark(mark: string): number | null {
  return /^leads:\d{1,15}$/.test(mark) ? Number(mark.slice(leadMarkBegins.length)) : null;
}

/** Whether the side's users' changes are to cross. */
export function leads(direction: Direction, side: Side): boolean {
  return direction === 'both' || direction === linkFrom(side);
}

/** The course after a change of direction. `skipped`: others came between, and any side may have led in them. */
export function turned(course: Course, direction: Direction, skipped = false): Course {
  const owed = sides.filter(
    (side) => !leads(direction, side) && (skipped || leads(course.direction, side) || course.owed.includes(side)),
  );
  return { direction, owed };
}
