/**
 * Which sides' users are followed in this life. A side that begins to lead is followed before anybody is told; one that
 * ceases to lead is followed up to a mark that is written into its log after everybody was told, so nothing that was
 * committed under the former direction is left behind.
 */
import { type Course, type Direction, leads, turned, turnOfMark } from '../model/course.js';
import { type Side, sides } from '../model/side.js';
import type { ClaimedCourse, CourseStore } from '../ports/course-store.js';

interface End {
  readonly side: Side;
  readonly done: (passed: boolean) => void;
}

export class Following {
  /** Followed already, though nobody was told yet, as far as is known here; and of which turn that is. */
  private readonly early = new Map<Side, number>();
  /** Stored, without what may come. */
  private course: Course;
  /** Of the last turn that was followed. */
  private number: number;
  private readonly owes: Set<Side>;
  /** By mark: the side that owes up to there, and who is told when all before it was handled, or that it counts no more. */
  private readonly ends = new Map<string, End>();
  private last: Promise<unknown> = Promise.resolve();

  /** For tests: `forgets`: nothing is owed; `late`: users are told before they are followed; `deaf`: marks tell of no lead. */
  constructor(
    { coming = null, number = 0, direction, owed }: ClaimedCourse,
    private readonly how: {
      readonly keeps: boolean;
      readonly forgets: boolean;
      readonly late: boolean;
      readonly deaf: boolean;
    },
  ) {
    this.course = { direction, owed };
    this.number = number;
    this.owes = new Set(how.forgets ? [] : owed);
    if (coming !== null)
      for (const side of sides) if (leads(coming.direction, side)) this.early.set(side, coming.number);
  }

  get direction(): Direction {
    return this.course.direction;
  }

  leads(side: Side): boolean {
    return leads(this.course.direction, side);
  }

  /** Both sides' users are right: conflicts are for the policy. */
  get bothLead(): boolean {
    return this.how.keeps || sides.every((side) => this.leads(side) || this.isTold(side));
  }

  /** Users may lead there already: they are told elsewhere. */
  private isTold(side: Side): boolean {
    return (this.early.get(side) ?? 0) > 0;
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
    for (const side of sides)
      if (leads(direction, side) && !this.how.late) this.early.set(side, this.early.get(side) ?? 0);
  }

  /** `skipped`: turns that came between were not followed. */
  next(direction: Direction, skipped = false): Course {
    return turned(this.course, direction, skipped);
  }

  /** It is stored. Answers the sides that owe something. `number`: of the turn, where several engines follow it. */
  turn(course: Course, number = this.number): readonly Side[] {
    this.course = course;
    this.number = number;
    for (const [side, of] of this.early) if (of <= number) this.early.delete(side);
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

  /** A link read a mark in the log of `side`: what stands after it is followed no longer, or from there on. */
  markRead(side: Side, mark: string): void {
    const end = this.ends.get(mark);
    if (end) this.owes.delete(end.side);
    const turn = turnOfMark(mark);
    // One that stands in the log before a turn that is followed tells nothing new.
    if (turn === null || turn <= this.number || this.how.deaf) return;
    this.early.set(side, Math.max(turn, this.early.get(side) ?? 0));
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
