/**
 * Which tokens of two lists are the same: the shortest answer where it is near, else in parts, and at worst "all of it
 * was replaced", which is still a true account. Must not know what a token is.
 */
import { gapsBetweenAnchors } from './anchors.js';
import { type Gap, moveGap, type Pair, partOf, slideGaps, trimGap, wholeOf } from './gap.js';
import { type Budget, shortestGaps } from './shortest.js';

/** The longest edit script that is looked for in the lists as a whole: its steps may each run along a whole list. */
const longestAtOnce = 64;
/**
 * Where the lists as a whole differ more: how many tokens of each are compared at a time. A small window costs little
 * where edits are many, a larger one sees past a larger edit. An edit script may be half as long.
 */
const windowSizes = [100, 400];
/** As many equal tokens in a row are not there by chance. */
const sureRun = 8;

/** In order, and never touching each other. */
export function align(pair: Pair, budget: Budget): readonly Gap[] {
  const gap = trimGap(pair, wholeOf(pair));
  if (gap === null) return [];
  const gaps = within(pair, gap, (part) => {
    return shortestGaps(part, budget, longestAtOnce) ?? byWindows(part, budget, (rest) => betweenAnchors(rest, budget));
  });
  return slideGaps(pair, gaps);
}

/** What windows cannot see: a large block that one list has and the other has not. */
function betweenAnchors(pair: Pair, budget: Budget): readonly Gap[] {
  return gapsBetweenAnchors(pair).flatMap((found) => {
    const gap = trimGap(pair, found);
    return gap === null ? [] : within(pair, gap, (part) => byWindows(part, budget, (rest) => [wholeOf(rest)]));
  });
}

/** From the front, window by window, as long as each shows where the lists meet again; `lost` has the rest. */
function byWindows(pair: Pair, budget: Budget, lost: (rest: Pair) => readonly Gap[]): readonly Gap[] {
  const gaps: Gap[] = [];
  let rest = trimGap(pair, wholeOf(pair));
  while (rest !== null) {
    const found = inWindow(pair, rest, budget);
    if (found === undefined) return [...gaps, ...within(pair, rest, lost)];
    gaps.push(...found);
    const end = found.at(-1) as Gap;
    rest = trimGap(pair, {
      before: { start: end.before.end, end: rest.before.end },
      after: { start: end.after.end, end: rest.after.end },
    });
  }
  return gaps;
}

/** What is sure of the differences at the beginning of `rest`, one gap at least. */
function inWindow(pair: Pair, rest: Gap, budget: Budget): readonly Gap[] | undefined {
  for (const size of windowSizes) {
    const view = firstOf(rest, size);
    const found = shortestGaps(partOf(pair, view), budget, size / 2)?.map((gap) => moveGap(gap, starts(view)));
    if (found === undefined) continue;
    if (view.before.end === rest.before.end && view.after.end === rest.after.end) return found;
    // The window's own end says nothing: what counts ends before a long equal run.
    const sure = found.findLastIndex((gap, i) => {
      return (found[i + 1]?.before.start ?? view.before.end) - gap.before.end >= sureRun;
    });
    if (sure >= 0) return found.slice(0, sure + 1);
  }
  return undefined;
}

function firstOf({ before, after }: Gap, size: number): Gap {
  return {
    before: { start: before.start, end: Math.min(before.end, before.start + size) },
    after: { start: after.start, end: Math.min(after.end, after.start + size) },
  };
}

function within(pair: Pair, gap: Gap, search: (part: Pair) => readonly Gap[]): readonly Gap[] {
  if (gap.before.start === gap.before.end || gap.after.start === gap.after.end) return [gap];
  return search(partOf(pair, gap)).map((found) => moveGap(found, starts(gap)));
}

function starts(gap: Gap): { readonly before: number; readonly after: number } {
  return { before: gap.before.start, after: gap.after.start };
}
