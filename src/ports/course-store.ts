/**
 * Which way changes cross, kept beyond lives and processes. A life claims it under its epoch, so that an earlier one can
 * change it no more. Must not know why it changes.
 */
import type { Course } from '../model/course.js';
import type { Side } from '../model/side.js';

export interface CourseStore {
  /** What a life goes by; from here on nothing is stored for an earlier epoch. */
  claim(epoch: number): Promise<Course>;
  /** What a side still owed has crossed; nothing happens if a later epoch has claimed it. */
  paid(epoch: number, side: Side): Promise<void>;
}
