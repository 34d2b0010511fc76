/** The course that several engines have in common, in memory, and what the one of them that runs here has followed of it. */
import { type CommonCourse, leads } from '../../model/course.js';
import type { Side } from '../../model/side.js';
import type { CommonCourseStore, OwnCourse, OwnCourseStore } from '../../ports/course-store.js';
import type { Actor, Scheduler } from '../scheduler.js';

export class MemoryCommonCourse {
  now: CommonCourse = { number: 0, direction: 'both', coming: null };
  private own: OwnCourse | null = null;
  private epoch = 0;

  /** What is asked of it takes its time, and so does the answer. */
  store(scheduler: Scheduler, asker: Actor): CommonCourseStore & { enforce(number: number): Promise<boolean> } {
    const step = steps(scheduler, asker);
    return {
      common: () => step('is read', () => this.now),
      announce: (direction) =>
        step('is announced', () => {
          const { coming, direction: from, number: last } = this.now;
          const number = Math.max(last, coming?.number ?? 0) + 1;
          this.now = { ...this.now, coming: { number, direction } };
          return { number, from };
        }),
      enforce: (number) =>
        step('comes into force', () => {
          const { coming } = this.now;
          if (coming?.number !== number) return false;
          this.now = { ...coming, coming: null };
          return true;
        }),
    };
  }

  ownStore(scheduler: Scheduler, owner: Actor): OwnCourseStore {
    const step = steps(scheduler, owner);
    return {
      claim: (epoch) =>
        step('own is claimed', () => {
          this.epoch = Math.max(this.epoch, epoch);
          return this.own;
        }),
      save: (epoch, own) =>
        step('own is saved', () => {
          if (epoch < this.epoch) return false;
          this.own = own;
          return true;
        }),
      paid: (epoch, side) =>
        step('own is paid', () => {
          if (epoch < this.epoch || this.own === null) return;
          const { course } = this.own;
          this.own = { ...this.own, course: { ...course, owed: course.owed.filter((one) => one !== side) } };
        }),
    };
  }

  isClaimedBy(epoch: number): boolean {
    return this.epoch === epoch;
  }

  /** Users that keep to the rules write here now. */
  mayWrite(side: Side): boolean {
    return leads(this.now.direction, side);
  }
}

function steps(scheduler: Scheduler, asker: Actor): <T>(label: string, effect: () => T) => Promise<T> {
  return async (label, effect) => {
    const result = await scheduler.step(asker, `common course: ${label}`, effect);
    return scheduler.step(asker, 'common course: answers', () => result);
  };
}
