/**
 * Turns the common course of several engines without waiting for any of them: whoever is slow, stopped or dead comes to it in the
 * logs that it reads. Must not know what is stored beside the course, nor how users are told.
 */
import { type Direction, leadMark, leads } from '../model/course.js';
import { type Side, sides } from '../model/side.js';
import type { CommonCourseStore } from '../ports/course-store.js';

export interface TurnAllParts {
  readonly common: Pick<CommonCourseStore, 'announce'>;
  /** Resolves when the mark is in the log of the side, for all engines. */
  readonly mark: (side: Side, id: string) => Promise<void>;
}

/**
 * The mark of a side that begins to lead stands in its log before the turn is in force, so before what users write there once
 * they are told. `save` puts it in force. Rejects with what a mark or `save` rejects with: nobody was told then, and the next
 * turn has another number.
 */
export async function turnAll(
  { common, mark }: TurnAllParts,
  direction: Direction,
  save: (number: number) => Promise<void>,
): Promise<void> {
  const { number, from } = await common.announce(direction);
  const begin = sides.filter((side) => leads(direction, side) && !leads(from, side));
  await Promise.all(begin.map((side) => mark(side, leadMark(number))));
  await save(number);
}
