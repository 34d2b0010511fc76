/**
 * Which sides' users are followed in this life. A side that begins to lead is followed before anybody is told; one that
 * ceases to lead is followed up to a mark that is written into its log after everybody was told, so nothing that was
 * committed under the former direction is left behind.
 */
import { type Course, type Direction, leads, turned } from '../model/course.js';
import { type Side, sides } from '../model/side.js';
import type { CourseStore } from '../ports/course-store.js';

interface End {
  readonly side: Side;
  readonly done: (passed: boolean) => void;
}

export class Following {
  /** Followed already, though nobody was told yet. */
  private readonly early = new Set<Side>();
  private readonly owes: Set<Side>;
  /** By mark: the side that owes up to there, and who is told when all before it was handled, or that it counts no more. */
  private readonly ends = new Map<string, End>();
  private last: Promise<unknown> = Promise.resolve();

  /** For tests: `forgets`: nothing is owed; `late`: users are told before they are followed. */
  constructor(
    private course: Course,
    private readonly how: { readonly keeps: boolean; readonly forgets: boolean; readonly late: boolean },
  ) {
    this.owes = new Set(how.forgets ? [] : course.owed);
  }

  get direction(): Direction {
    return this.course.direction;
  }

  leads(side: Side): boolean {
    return leads(this.course.direction, side);
  }

  /** Both sides' users are right: conflicts are for the policy. */
  get bothLead(): boolean {
    return this.how.keeps || this.course.direction === 'both';
  }

  /** What a side that does not lead takes crosses as well. */
  get keeps(): boolean {
    return this.how.keeps;
  }

  /** Whether what is read of the side's users from here on is to cross in any case. */
  follows(side: Side): boolean {
    return this.leads(side) || this.early.has(side) || this.owes.has(side);
  }

  /** Before a change of direction is stored. */
  widen(direction: Direction): void {
    for (const side of sides) if (leads(direction, side) && !this.how.late) this.early.add(side);
  }

  next(direction: Direction): Course {
    return turned(this.course, direction);
  }

  /** It is stored. Answers the sides that owe something. */
  turn(course: Course): readonly Side[] {
    this.course = course;
    this.early.clear();
    this.owes.clear();
    for (const { done } of this.ends.values()) done(false);
    this.ends.clear();
    if (!this.how.forgets) for (const side of course.owed) this.owes.add(side);
    return [...this.owes];
  }

  get owing(): readonly Side[] {
    return [...this.owes];
  }

  /** Before the mark is written; `done` is told once all before it was handled. */
  endsAt(mark: string, side: Side, done: (passed: boolean) => void): void {
    this.ends.set(mark, { side, done });
  }

  /** A link read a mark: what stands after it is followed no longer. */
  markRead(mark: string): void {
    const end = this.ends.get(mark);
    if (end) this.owes.delete(end.side);
  }

  markPassed(mark: string): void {
    const end = this.ends.get(mark);
    if (end === undefined) return;
    this.ends.delete(mark);
    this.course = { ...this.course, owed: this.course.owed.filter((side) => side !== end.side) };
    end.done(true);
  }

  /** One at a time: a change of course, and the news that a debt is paid. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Nothing that stands in the course is owed by the side any more. */
  isPaid(side: Side): boolean {
    return !this.course.owed.includes(side);
  }
}

/** Where no phase decides: one direction, which nothing changes. */
export function fixedCourse(direction: Direction): CourseStore {
  return { claim: () => Promise.resolve({ direction, owed: [] }), paid: () => Promise.resolve() };
}
