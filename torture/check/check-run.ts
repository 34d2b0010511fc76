/** Judges a run by its evidence: what always holds, promise by promise. Pure. */
import type { Evidence, Problem } from '../evidence.js';
import { checkConflicts } from './conflicts.js';
import { checkDecisions } from './decisions.js';
import { checkEqual } from './equal.js';
import { checkKnown } from './known.js';
import { checkLostFields } from './lost-fields.js';
import { checkLostRecords } from './lost-records.js';
import { checkOnce } from './once.js';
import { checkPieces } from './pieces.js';
import { checkProgress, checkSilence } from './silence.js';
import { storiesOf } from './story.js';
import { checkSums } from './sums.js';
import { checkTransfers } from './transfers.js';

/**
 * A gap takes the common ancestor from every record that it touched, and the way back out of it begins progress anew and writes again
 * what may stand there already. What needs either cannot be demanded of a run with one; that both sides are equal and that no value is
 * lost can.
 */
const notAfterGap: ReadonlySet<string> = new Set([
  'written-once',
  'invented-conflict',
  'counter',
  'torn-transfer',
  'epoch',
  'progress',
]);

/** None: the run kept all promises. A run in which nobody wrote proves nothing, which is a problem too. */
export function checkRun(evidence: Evidence): readonly Problem[] {
  const problems = allProblems(evidence);
  return evidence.gaps.length === 0 ? problems : problems.filter(({ check }) => !notAfterGap.has(check));
}

function allProblems(evidence: Evidence): readonly Problem[] {
  const stories = storiesOf(evidence);
  return [
    ...checkHappened(evidence),
    ...checkEqual(stories),
    ...checkLostRecords(stories),
    ...checkLostFields(stories),
    ...checkPieces(stories),
    ...checkSums(stories),
    ...checkKnown(stories),
    ...checkOnce(stories, evidence),
    ...checkConflicts(stories, evidence.conflicts),
    ...checkDecisions(stories),
    ...checkTransfers(stories, evidence),
    ...checkSilence(evidence),
    ...checkProgress(evidence),
  ];
}

function checkHappened({ history, progress }: Evidence): readonly Problem[] {
  const missing = (['sql', 'mongodb'] as const).flatMap((side) => [
    ...(history.some((one) => one.side === side) ? [] : [`No user of ${side} wrote.`]),
    ...(progress.some((sample) => sample.side === side) ? [] : [`No progress was seen on ${side}.`]),
  ]);
  return missing.map((text) => ({ check: 'happened', table: null, key: null, text }));
}
