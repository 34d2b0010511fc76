/** Where two lists of tokens differ: the tokens between two gaps are the same in both. Types and their arithmetic only. */

export type Tokens = readonly string[];

/** `before[start, end)` was replaced by `after[start, end)`; one of them may be empty, not both. */
export interface Gap {
  readonly before: Range;
  readonly after: Range;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Two lists of tokens, or a part of each. */
export interface Pair {
  readonly before: Tokens;
  readonly after: Tokens;
}

export function wholeOf({ before, after }: Pair): Gap {
  return { before: { start: 0, end: before.length }, after: { start: 0, end: after.length } };
}

export function partOf({ before, after }: Pair, gap: Gap): Pair {
  return { before: before.slice(gap.before.start, gap.before.end), after: after.slice(gap.after.start, gap.after.end) };
}

/** What is left of a gap without the tokens that both begin and end with; null: nothing. */
export function trimGap({ before, after }: Pair, gap: Gap): Gap | null {
  let { start: b, end: bEnd } = gap.before;
  let { start: a, end: aEnd } = gap.after;
  while (b < bEnd && a < aEnd && before[b] === after[a]) {
    b++;
    a++;
  }
  while (b < bEnd && a < aEnd && before[bEnd - 1] === after[aEnd - 1]) {
    bEnd--;
    aEnd--;
  }
  return b === bEnd && a === aEnd ? null : { before: { start: b, end: bEnd }, after: { start: a, end: aEnd } };
}

export function moveGap({ before, after }: Gap, by: { readonly before: number; readonly after: number }): Gap {
  return {
    before: { start: before.start + by.before, end: before.end + by.before },
    after: { start: after.start + by.after, end: after.end + by.after },
  };
}

/**
 * The same difference with each pure insert or delete as late as it can stand: "the [big ]big cat" may be read in two
 * ways, and both sides must read it in the same.
 */
export function slideGaps({ before, after }: Pair, gaps: readonly Gap[]): readonly Gap[] {
  const result: Gap[] = [];
  let limit = before.length;
  for (const gap of gaps.toReversed()) {
    const inserted = gap.before.start === gap.before.end;
    let by = 0;
    if (inserted || gap.after.start === gap.after.end) {
      while (gap.before.end + by < limit && first(by) === following(by)) by++;
    }
    const slid = moveGap(gap, { before: by, after: by });
    limit = slid.before.start;
    result.push(slid);

    function first(i: number): string | undefined {
      return inserted ? after[gap.after.start + i] : before[gap.before.start + i];
    }
    function following(i: number): string | undefined {
      return inserted ? before[gap.before.end + i] : after[gap.after.end + i];
    }
  }
  return result.reverse();
}
