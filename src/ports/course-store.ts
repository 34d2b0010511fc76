/**
 * Which way changes cross, kept beyond lives and processes. A life claims it under its epoch, so that an earlier one can
 * change it no more. Must not know why it changes.
 */
import type { CommonCourse, Course, Direction, Turn } from '../model/course.js';
import type { Side } from '../model/side.js';

export interface ClaimedCourse extends Course {
  /** Where several engines turn, each by itself: the last turn that this one follows. */
  readonly number?: number;
  /** And what the next one may be. Its users may have been told already. */
  readonly coming?: Turn | null;
}

export interface CourseStore {
  /** What a life goes by; from here on nothing is stored for an earlier epoch. */
  claim(epoch: number): Promise<ClaimedCourse>;
  /** What a side still owed has crossed; nothing happens if a later epoch has claimed it. */
  paid(epoch: number, side: Side): Promise<void>;
}

/** The course that several engines have in common. */
export interface CommonCourseStore {
  common(): Promise<CommonCourse>;
  /** The turn's number, greater than all before it, and the direction that is in force. What was announced before comes no more. */
  announce(direction: Direction): Promise<{ readonly number: number; readonly from: Direction }>;
}

/** The last turn that one of several engines has taken part in. */
export interface OwnCourse {
  readonly number: number;
  readonly course: Course;
}

/** What is stored of it, under that engine's name. */
export interface OwnCourseStore {
  /** Null: it has taken part in none. From here on nothing is stored for an earlier epoch. */
  claim(epoch: number): Promise<OwnCourse | null>;
  /** False: a later epoch has claimed it, and nothing changed. */
  save(epoch: number, own: OwnCourse): Promise<boolean>;
  paid(epoch: number, side: Side): Promise<void>;
}
