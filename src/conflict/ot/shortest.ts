/**
 * The shortest edit script between two lists of tokens (Myers, by `diff`), within a bound that counts steps and not
 * time, so that it ends the same way on every machine. Must not know what a token is.
 */
import { diffArrays } from 'diff';
import type { Gap, Pair } from './gap.js';

/** How many steps one derivation may still spend; shared by all of its searches. */
export class Budget {
  #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
  }

  /** The longest edit script that what is left pays for. */
  get length(): number {
    return Math.floor(Math.sqrt(2 * Math.max(0, this.#steps)));
  }

  spend(length: number): void {
    this.#steps -= (length * (length + 1)) / 2;
  }
}

/** Undefined: it would be longer than `longest`, or than the budget allows. */
export function shortestGaps({ before, after }: Pair, budget: Budget, longest: number): readonly Gap[] | undefined {
  const bound = Math.min(longest, budget.length);
  if (Math.abs(before.length - after.length) > bound) return undefined;
  const changes = diffArrays([...before], [...after], { maxEditLength: bound });
  if (changes === undefined) {
    budget.spend(bound);
    return undefined;
  }
  const gaps: Gap[] = [];
  let [b, a, length] = [0, 0, 0];
  let [bStart, aStart] = [0, 0];
  for (const { added, removed, count } of changes) {
    if (added || removed) {
      length += count;
      if (removed) b += count;
      else a += count;
      continue;
    }
    close();
    [b, a] = [b + count, a + count];
    [bStart, aStart] = [b, a];
  }
  close();
  budget.spend(length);
  return gaps;

  function close(): void {
    if (bStart < b || aStart < a) gaps.push({ before: { start: bStart, end: b }, after: { start: aStart, end: a } });
  }
}
