/**
 * The course of one of several engines: each follows the common one by itself, when it comes to it, and remembers how far it has.
 * Must not know who turns the common one, nor why.
 */
import { type CommonCourse, type Course, turned } from '../model/course.js';
import type { Side } from '../model/side.js';
import type {
  ClaimedCourse,
  CommonCourseStore,
  CourseStore,
  OwnCourse,
  OwnCourseStore,
} from '../ports/course-store.js';
import type { Engine } from './engine.js';
import { startedAnew } from './turn-life.js';

export interface ShareCourseParts {
  readonly common: Pick<CommonCourseStore, 'common'>;
  readonly own: OwnCourseStore;
  /** For tests: what was announced counts for nothing until it is in force; a turn is taken as if none came between. */
  readonly without?: { readonly coming: boolean; readonly skipped: boolean };
}

export class ShareCourse implements CourseStore {
  /** Of the turn that the engine goes by; null: no life has claimed it yet. */
  private number: number | null = null;

  constructor(private readonly parts: ShareCourseParts) {}

  async claim(epoch: number): Promise<ClaimedCourse> {
    const { own, common: shared, without } = this.parts;
    const before = await own.claim(epoch);
    const common = await shared.common();
    const course = this.after(before, common);
    if (before?.number !== common.number && !(await own.save(epoch, { number: common.number, course })))
      throw startedAnew();
    this.number = common.number;
    return { ...course, number: common.number, coming: without?.coming ? null : common.coming };
  }

  paid(epoch: number, side: Side): Promise<void> {
    return this.parts.own.paid(epoch, side);
  }

  /** Has the engine go by what is in force, if it does not yet. Throws what `Engine.turn` throws. */
  async follow(engine: Pick<Engine, 'turn'>, common: CommonCourse): Promise<void> {
    const { number } = this;
    // Who has claimed none will find it when it does.
    if (number === null || number >= common.number) return;
    const skipped = this.skips(number, common);
    const save = async (epoch: number, course: Course): Promise<boolean> => {
      const saved = await this.parts.own.save(epoch, { number: common.number, course });
      if (saved) this.number = common.number;
      return saved;
    };
    await engine.turn(common.direction, save, { number: common.number, skipped });
  }

  private after(before: OwnCourse | null, common: CommonCourse): Course {
    const { direction, number } = common;
    // It has read nothing yet: what it reads first may have been written under any turn.
    if (before === null) return turned({ direction, owed: [] }, direction, number > 0);
    if (before.number === number) return before.course;
    return turned(before.course, direction, this.skips(before.number, common));
  }

  private skips(number: number, common: CommonCourse): boolean {
    return common.number > number + 1 && this.parts.without?.skipped !== true;
  }
}
