/** The edit that made one text of another, cut at grapheme clusters only. Must not know the other side's edit. */
import { align } from './align.js';
import { type Gap, type Pair, partOf, type Tokens, trimGap, wholeOf } from './gap.js';
import { Budget } from './shortest.js';
import { countCodePoints, OperationWriter, type TextOperation } from './text-operation.js';
import { clustersOf, wordsOf } from './tokens.js';
import { isClusterStart, isWordStart, unchangedEnds } from './unchanged-ends.js';

/** Steps of all searches for one edit: about 20 ms. */
const steps = 200_000;

/** Words in a row that were replaced by as many and are still looked into: more of them are another text. */
const mostWords = 200;

export function deriveOperation(base: string, version: string): TextOperation {
  const writer = new OperationWriter();
  const budget = new Budget(steps);
  const words = cut(base, version, byWord);
  writer.retain(words.skipped);
  writeGaps(writer, words, align(words, budget), (part) => {
    if (Math.min(part.before.length, part.after.length) > mostWords) return replace(writer, part);
    const clusters = cut(part.before.join(''), part.after.join(''), byCluster);
    writer.retain(clusters.skipped);
    writeGaps(writer, clusters, refine(clusters, budget), (piece) => replace(writer, piece));
    writer.retain(clusters.left);
  });
  return writer.finish();
}

function replace(writer: OperationWriter, { before, after }: Pair): void {
  writer.delete(countTokens(before));
  writer.insert(after.join(''));
}

interface Cut extends Pair {
  /** Code points at both ends that did not change. */
  readonly skipped: number;
  readonly left: number;
}

interface Knife {
  readonly isCut: (text: string, at: number) => boolean;
  readonly tokensOf: (text: string) => Tokens;
}

const byWord: Knife = { isCut: isWordStart, tokensOf: wordsOf };
const byCluster: Knife = { isCut: isClusterStart, tokensOf: clustersOf };

function cut(before: string, after: string, { isCut, tokensOf }: Knife): Cut {
  const { start, end } = unchangedEnds(before, after, isCut);
  return {
    before: tokensOf(before.slice(start, before.length - end)),
    after: tokensOf(after.slice(start, after.length - end)),
    skipped: countCodePoints(before.slice(0, start)),
    left: countCodePoints(before.slice(before.length - end)),
  };
}

function writeGaps(writer: OperationWriter, pair: Pair, gaps: readonly Gap[], write: (part: Pair) => void): void {
  let at = 0;
  for (const gap of gaps) {
    writer.retain(countTokens(pair.before.slice(at, gap.before.start)));
    write(partOf(pair, gap));
    at = gap.before.end;
  }
  writer.retain(countTokens(pair.before.slice(at)));
}

/** Inside replaced words: what is alike by chance is not taken for kept, or "dog" for "cow" would interleave with other edits. */
function refine(pair: Pair, budget: Budget): readonly Gap[] {
  const gaps = align(pair, budget);
  const removed = gaps.reduce((sum, { before }) => sum + before.end - before.start, 0);
  const kept = pair.before.length - removed;
  if (kept * 2 >= Math.min(pair.before.length, pair.after.length)) return gaps;
  const gap = trimGap(pair, wholeOf(pair));
  return gap === null ? [] : [gap];
}

function countTokens(tokens: Tokens): number {
  let count = 0;
  for (const token of tokens) count += countCodePoints(token);
  return count;
}
