/** Promise 4's other half: both logs fall silent; and stored progress never falls. Pure. */
import type { Evidence, Problem, ProgressSample } from '../evidence.js';

export function checkSilence({ quietEvents }: Evidence): readonly Problem[] {
  return (['sql', 'mongodb'] as const)
    .filter((side) => quietEvents[side] > 0)
    .map((side) => ({
      check: 'silence',
      table: null,
      key: null,
      text: `The log of ${side} got ${quietEvents[side]} record events while nobody wrote.`,
    }));
}

export function checkProgress({ progress }: Evidence): readonly Problem[] {
  return (['sql', 'mongodb'] as const).flatMap((side) => {
    const samples = progress.filter((sample) => sample.side === side);
    return samples.slice(1).flatMap((sample, at) => falls(samples[at] as ProgressSample, sample));
  });
}

function falls(before: ProgressSample, after: ProgressSample): readonly Problem[] {
  const say = (check: string, what: string): Problem => ({
    check,
    table: null,
    key: null,
    text: `${what} on ${after.side}, between ${Math.round(before.at)} and ${Math.round(after.at)} ms.`,
  });
  const epoch =
    after.epoch < before.epoch ? [say('epoch', `The epoch fell from ${before.epoch} to ${after.epoch}`)] : [];
  const numbers = Object.entries(before.numbers).flatMap(([lane, number]) => {
    const now = after.numbers[lane];
    if (now !== undefined && now >= number) return [];
    return [say('progress', `Lane ${lane} fell from ${number} to ${now ?? 'nothing'}`)];
  });
  return [...epoch, ...numbers];
}
