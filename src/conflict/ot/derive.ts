/** The edit that made one text of another, cut at grapheme clusters only. Must not know the other side's edit. */
import { align } from './align.js';
import { type Gap, type Pair, partOf, type Range, type Tokens, trimGap, wholeOf } from './gap.js';
import { Budget } from './shortest.js';
import { countCodePoints, OperationWriter, type TextOperation } from './text-operation.js';
import { clustersOf, linesOf, wordsOf } from './tokens.js';
import { type IsCut, isClusterStart, isLineStart, isWordStart, unchangedEnds } from './unchanged-ends.js';

/** Steps of all searches for one edit: about 20 ms. */
const steps = 200_000;

/** Tokens in a row that were replaced by as many and are still looked into: more of them are another text. */
const mostTokens = 200;

/** UTF-16 units that are looked at word by word; longer texts go line by line first. */
const longText = 500_000;

/** UTF-16 units of one line that are looked at at all, beyond what its ends share: two seconds at worst. */
const longLine = 2_000_000;

export function deriveOperation(base: string, version: string): TextOperation {
  const draft = { writer: new OperationWriter(), budget: new Budget(steps) };
  const long = Math.max(base.length, version.length) > longText;
  writeChange(draft, { before: base, after: version }, long ? [lines, words, clusters] : [words, clusters]);
  return draft.writer.finish();
}

/** A way to look at a text, coarse or fine. */
interface Level {
  readonly isStart: IsCut;
  readonly tokensOf: (text: string) => Tokens;
  readonly align: (pair: Pair, budget: Budget) => readonly Gap[];
}

const lines: Level = { isStart: isLineStart, tokensOf: linesOf, align };
const words: Level = { isStart: isWordStart, tokensOf: wordsOf, align };
const clusters: Level = { isStart: isClusterStart, tokensOf: clustersOf, align: alignClusters };

interface Draft {
  readonly writer: OperationWriter;
  readonly budget: Budget;
}

interface Change {
  readonly before: string;
  readonly after: string;
}

function writeChange({ writer, budget }: Draft, { before, after }: Change, [level, ...finer]: readonly Level[]): void {
  if (level === undefined) {
    writer.delete(countCodePoints(before));
    writer.insert(after);
    return;
  }
  const { start, end } = unchangedEnds(before, after, level.isStart);
  writer.retain(countCodePoints(before.slice(0, start)));
  writeTokens(
    { writer, budget },
    { before: before.slice(start, before.length - end), after: after.slice(start, after.length - end) },
    [level, ...finer],
  );
  writer.retain(countCodePoints(before.slice(before.length - end)));
}

function writeTokens(
  { writer, budget }: Draft,
  { before, after }: Change,
  [level, ...finer]: readonly [Level, ...Level[]],
): void {
  const tooLong = level !== lines && Math.max(before.length, after.length) > longLine;
  const tokensOf = (text: string): Tokens => (text === '' ? [] : tooLong ? [text] : level.tokensOf(text));
  const pair = { before: tokensOf(before), after: tokensOf(after) };
  let at = 0;
  for (const gap of level.align(pair, budget)) {
    writer.retain(countTokens(pair.before.slice(at, gap.before.start)));
    const part = partOf(pair, gap);
    const another = tooLong || Math.min(part.before.length, part.after.length) > mostTokens;
    const change = { before: part.before.join(''), after: part.after.join('') };
    writeChange({ writer, budget }, change, another ? [] : finer);
    at = gap.before.end;
  }
  writer.retain(countTokens(pair.before.slice(at)));
}

/** Inside replaced words: what is alike by chance is not taken for kept, or "dog" for "cow" would interleave with other edits. */
function alignClusters(pair: Pair, budget: Budget): readonly Gap[] {
  const changed = trimGap(pair, wholeOf(pair));
  if (changed === null) return [];
  const gaps = align(pair, budget);
  const removed = gaps.reduce((sum, { before }) => sum + sizeOf(before), 0);
  const kept = sizeOf(changed.before) - removed;
  return kept * 2 >= Math.min(sizeOf(changed.before), sizeOf(changed.after)) ? gaps : [changed];
}

function sizeOf({ start, end }: Range): number {
  return end - start;
}

function countTokens(tokens: Tokens): number {
  let count = 0;
  for (const token of tokens) count += countCodePoints(token);
  return count;
}
