/**
 * Where a migration stands, kept beyond processes: the course that lives go by, and a state that only its owner
 * understands. Both change in one write or not at all.
 */
import type { Course } from '../model/course.js';
import type { CourseStore } from './course-store.js';

export interface StoredMigration {
  /** Grows with every change of the state. */
  readonly revision: number;
  readonly course: Course;
  /** Plain data. */
  readonly state: unknown;
}

export interface StoredTurn {
  /** Of the life that stores it. */
  readonly epoch: number;
  readonly course: Course;
  /** As it was announced, where several engines follow it. */
  readonly number?: number;
}

export interface MigrationStore extends CourseStore {
  /** What is stored; at first what is given. */
  load(first: { readonly course: Course; readonly state: unknown }): Promise<StoredMigration>;
  /**
   * Replaces the state of this revision, and with `turn` the course too. False: somebody else has changed the state, a
   * later life than that of `turn` has claimed the course, or another turn was announced; nothing changed then.
   */
  save(revision: number, state: unknown, turn?: StoredTurn): Promise<boolean>;
}
