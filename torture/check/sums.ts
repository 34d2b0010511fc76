/**
 * Promise 2 for counters: what stands there is what stood there first and every delta once. A record that is deleted counts as going to
 * nothing and coming from nothing, and each conflict about it tells by how much its decision departed from the sum. Also `max`. Pure.
 */
import type { ConflictEvidence, Problem } from '../evidence.js';
import type { Values } from '../history.js';
import { isDelete, problem, type Story, told } from './story.js';

export function checkSums(stories: readonly Story[]): readonly Problem[] {
  return stories.filter(({ table, letters }) => table.strategy === 'merge' && letters.length === 0).flatMap(checkStory);
}

function checkStory(story: Story): readonly Problem[] {
  return story.table.columns.flatMap(({ name, rule }) => {
    if (rule === 'counter') return checkCounter(story, name);
    return rule === 'max' ? checkMax(story, name) : [];
  });
}

function checkCounter(story: Story, field: string): readonly Problem[] {
  const { low, high } = bounds(story, field);
  return (['sql', 'mongodb'] as const).flatMap((side) => {
    const stands = number(story.final[side], field);
    if (stands >= low && stands <= high) return [];
    const expected = low === high ? String(low) : `${low} to ${high}`;
    return [problem(story, 'counter', `${field} on ${side} is ${stands}, not ${expected}: ${told(story, field)}`)];
  });
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

function bounds(story: Story, field: string): Bounds {
  let low = number(story.initial, field);
  let high = low;
  for (const { before, after, certain, excused } of story.deeds) {
    const delta = number(after, field) - number(before, field);
    const isSure = certain && !excused;
    low += isSure ? delta : Math.min(0, delta);
    high += isSure ? delta : Math.max(0, delta);
  }
  for (const one of story.conflicts.filter((each) => departs(story, each, field))) {
    const by = departure(one, field);
    low += by;
    high += by;
  }
  const slack = deletedTwice(story, field);
  return { low: low + slack.low, high: high + slack.high };
}

/** A merge of two records that are there may not depart from the sum, but for two inserts of one value, which are one. */
function departs({ table }: Story, one: ConflictEvidence, field: string): boolean {
  if (one.state === 'pending') return false;
  if (one.base === null && number(one.sql, field) === number(one.mongodb, field)) return true;
  return one.strategy !== table.strategy || one.sql === null || one.mongodb === null;
}

function departure({ base, sql, mongodb, resolved }: ConflictEvidence, field: string): number {
  return number(resolved, field) - number(sql, field) - number(mongodb, field) + number(base, field);
}

/** Both sides may have deleted the same record, which agrees: then what stood there was counted off twice. */
function deletedTwice({ deeds }: Story, field: string): Bounds {
  const gone = (side: string): number[] =>
    deeds.filter((one) => one.side === side && isDelete(one)).map(({ before }) => number(before, field));
  const [sql, mongodb] = [gone('sql'), gone('mongodb')];
  const fewer = sql.length < mongodb.length ? sql : mongodb;
  if (fewer.length === 0) return { low: 0, high: 0 };
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  return {
    low: sum(fewer.filter((value) => value < 0)),
    high: Math.max(sum(sql.filter((value) => value > 0)), sum(mongodb.filter((value) => value > 0))),
  };
}

/** Users only raise it. So where nobody deletes the record it is the greatest that was ever written. */
function checkMax(story: Story, field: string): readonly Problem[] {
  if (story.initial === null || story.deeds.some(isDelete)) return [];
  if (story.conflicts.some(({ strategy, state }) => state === 'pending' || strategy !== 'merge')) return [];
  const sure = story.deeds.filter(({ certain, excused }) => certain && !excused);
  const greatest = Math.max(number(story.initial, field), ...sure.map(({ after }) => number(after, field)));
  return (['sql', 'mongodb'] as const).flatMap((side) => {
    const stands = number(story.final[side], field);
    if (stands >= greatest) return [];
    return [
      problem(story, 'max', `${field} on ${side} is ${stands}, and ${greatest} was written: ${told(story, field)}`),
    ];
  });
}

/** An absent record counts as nothing. */
function number(values: Values | null, field: string): number {
  return Number(values?.[field] ?? 0);
}
