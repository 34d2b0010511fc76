/** The course of a migration, in memory: outlives every process, and is claimed by epochs. */
import { type Course, leads } from '../../model/course.js';
import type { Side } from '../../model/side.js';
import type { CourseStore } from '../../ports/course-store.js';
import type { Actor, Scheduler } from '../scheduler.js';

export class MemoryCourses {
  course: Course = { direction: 'both', owed: [] };
  private epoch = 0;

  isClaimedBy(epoch: number): boolean {
    return this.epoch === epoch;
  }

  /** What a process asks of it takes its time, and so does the answer. */
  store(scheduler: Scheduler, owner: Actor): CourseStore & MemoryCourseStore {
    const step = async <T>(label: string, effect: () => T): Promise<T> => {
      const result = await scheduler.step(owner, `courses: ${label}`, effect);
      return scheduler.step(owner, 'courses: answers', () => result);
    };
    return {
      claim: (epoch) =>
        step('claims', () => {
          this.epoch = Math.max(this.epoch, epoch);
          return this.course;
        }),
      paid: (epoch, side) =>
        step('paid', () => {
          if (epoch < this.epoch) return;
          this.course = { ...this.course, owed: this.course.owed.filter((one) => one !== side) };
        }),
      change: (epoch, course) =>
        step('changes', () => {
          if (epoch < this.epoch) return false;
          this.course = course;
          return true;
        }),
    };
  }

  /** Users that keep to the rules write here now. */
  mayWrite(side: Side): boolean {
    const { direction, owed } = this.course;
    return leads(direction, side) || (direction === 'none' && owed.includes(side));
  }
}

interface MemoryCourseStore {
  change(epoch: number, course: Course): Promise<boolean>;
}
