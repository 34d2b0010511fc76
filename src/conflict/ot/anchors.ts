/**
 * Where two long lists of tokens are surely the same: runs that occur once in each, in the longest order that both
 * share (Bram Cohen's patience diff). Must not know what a token is.
 */
import { type Gap, type Pair, type Tokens, wholeOf } from './gap.js';

/** Tokens of a run: single words are too often the same by chance. */
const run = 4;

interface Match {
  readonly before: number;
  readonly after: number;
}

/** The gaps between the anchors; one gap, the whole, where there is no anchor. */
export function gapsBetweenAnchors(pair: Pair): readonly Gap[] {
  const gaps: Gap[] = [];
  let [b, a] = [0, 0];
  for (const match of rising(matches(pair))) {
    // A run that reaches into the last one belongs to it as a whole, or it says something else and is left out.
    if (match.before < b || match.after < a) continue;
    if (match.before > b || match.after > a) {
      gaps.push({ before: { start: b, end: match.before }, after: { start: a, end: match.after } });
    }
    [b, a] = [match.before, match.after];
    while (b < pair.before.length && a < pair.after.length && pair.before[b] === pair.after[a]) [b, a] = [b + 1, a + 1];
  }
  const whole = wholeOf(pair);
  if (b < whole.before.end || a < whole.after.end) {
    gaps.push({ before: { start: b, end: whole.before.end }, after: { start: a, end: whole.after.end } });
  }
  return gaps;
}

/** Runs that occur once in both, by their place in `after`. */
function matches({ before, after }: Pair): readonly Match[] {
  const numbers = new Map<string, number>();
  const places = uniqueRuns(before, numbers);
  const found: Match[] = [];
  for (const [hash, at] of uniqueRuns(after, numbers)) {
    const place = places.get(hash) ?? -1;
    if (at >= 0 && place >= 0 && sameRun()) found.push({ before: place, after: at });

    function sameRun(): boolean {
      for (let i = 0; i < run; i++) if (before[place + i] !== after[at + i]) return false;
      return true;
    }
  }
  return found;
}

/** Hash of a run → where it stands; -1 where it stands more than once. `numbers`: one for each token that was seen. */
function uniqueRuns(tokens: Tokens, numbers: Map<string, number>): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const window: number[] = [];
  for (const [end, token] of tokens.entries()) {
    const number = numbers.get(token) ?? numbers.size;
    numbers.set(token, number);
    if (window.push(number) > run) window.shift();
    if (window.length < run) continue;
    let hash = 0;
    for (const part of window) hash = Math.imul(hash ^ part, 0x9e3779b1) ^ (hash >>> 15);
    places.set(hash, places.has(hash) ? -1 : end + 1 - run);
  }
  return places;
}

/** The longest subsequence that rises in `before` too. */
function rising(found: readonly Match[]): readonly Match[] {
  /** The smallest end of a subsequence by its length, and each match's predecessor. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [i, match] of found.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((found[ends[middle] as number] as Match).before < match.before) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : (ends[low - 1] as number));
    ends[low] = i;
  }
  const result: Match[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = previous[i] as number) result.push(found[i] as Match);
  return result.reverse();
}
