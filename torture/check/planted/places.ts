/** Finds a place for a defect in the evidence of a clean run, and plants it there. Must not know which check is to find it. */
import type { Side } from '../../../src/model/side.js';
import type { Random } from '../../../src/testing/random.js';
import type { ProgressSample } from '../../evidence.js';
import type { Deed, Story } from '../story.js';
import { alter, type OpenEvidence } from './edit-evidence.js';
import type { OpenConflict } from './model-record.js';

export interface Place {
  readonly evidence: OpenEvidence;
  readonly stories: readonly Story[];
  readonly random: Random;
}

export const both: readonly Side[] = ['sql', 'mongodb'];

/** A story of the table that fits, by chance. */
export function some({ stories, random }: Place, table: string, fits: (story: Story) => boolean): Story | null {
  const all = stories.filter((story) => story.table.name === table && fits(story));
  return all.length === 0 ? null : random.pick(all);
}

export const isQuiet = ({ conflicts, letters }: Story): boolean => conflicts.length === 0 && letters.length === 0;

export const isThere = ({ final }: Story): boolean => final.sql !== null && final.mongodb !== null;

function last({ deeds }: Story): Deed | undefined {
  return deeds.at(-1);
}

/** The last write of a record is taken back on both sides, as if it had never been. */
export function takesBack(place: Place, side: Side): boolean {
  const story = some(place, 'facts', (one) => {
    const deed = last(one);
    return (
      isQuiet(one) &&
      isThere(one) &&
      deed?.certain === true &&
      deed.side === side &&
      deed.before !== null &&
      deed.after !== null
    );
  });
  const before = story === null ? null : last(story)?.before;
  if (story === null || !before) return false;
  return alter(place.evidence, { table: 'facts', key: story.key, on: both }, () => before);
}

/** One that `change` accepts is replaced by what it makes of it. */
export function inConflict(place: Place, change: (one: OpenConflict) => OpenConflict | null): boolean {
  const at = place.evidence.conflicts.findIndex((one) => change({ ...one }) !== null);
  const one = place.evidence.conflicts[at];
  const changed = one && change({ ...one });
  if (!changed) return false;
  place.evidence.conflicts[at] = changed;
  return true;
}

export function lastSample({ evidence }: Place, change: (sample: ProgressSample) => ProgressSample): boolean {
  const { progress } = evidence;
  const sample = progress.at(-1);
  if (sample === undefined) return false;
  evidence.progress = [...progress.slice(0, -1), change(sample)];
  return true;
}

/** A conflict about a record that one side's users alone wrote. */
export function invent(place: Place, side: Side): boolean {
  const story = some(
    place,
    'facts',
    (one) => one.deeds.length > 1 && one.deeds.every((deed) => deed.side === side) && isThere(one),
  );
  if (story === null) return false;
  const [first, second] = story.deeds;
  const states = { base: story.initial, sql: first?.after ?? null, mongodb: second?.after ?? null };
  place.evidence.conflicts.push({
    id: 'invented',
    table: 'facts',
    key: story.key,
    kind: 'write_write',
    strategy: 'lww',
    state: 'resolved',
    ...states,
    resolved: states.sql,
    text: JSON.stringify(states),
  });
  return true;
}

export function moreEvents({ evidence, stories, random }: Place, side: Side): boolean {
  const story = random.pick(stories.filter(({ deeds, letters }) => deeds.length > 0 && letters.length === 0));
  const records = evidence.events[side].get(story.table.name) ?? new Map<string, number>();
  evidence.events[side].set(story.table.name, records);
  records.set(story.key, story.deeds.length + 1);
  return true;
}

export function shifts(place: Place, field: string, table: string): boolean {
  const story = some(
    place,
    table,
    (one) => isQuiet(one) && one.initial !== null && isThere(one) && one.deeds.every(({ after }) => after !== null),
  );
  if (story === null) return false;
  return alter(place.evidence, { table, key: story.key, on: both }, (values) => ({
    ...values,
    [field]: String(Number(values[field]) + 1),
  }));
}
