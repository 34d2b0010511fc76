/** Everything that the evidence says of one record, in one place, and what several checks ask of it. Pure. */
import type { Side } from '../../src/model/side.js';
import type { ConflictEvidence, DeadLetterEvidence, Evidence, Problem } from '../evidence.js';
import type { UserTransaction, UserWrite, Values } from '../history.js';
import { type Table, tables } from '../tables.js';

/** One user's write, with what is known of its transaction. */
export interface Deed extends UserWrite {
  readonly id: string;
  readonly side: Side;
  readonly beganAt: number;
  readonly endedAt: number;
  /** Its answer came, or its traces tell. */
  readonly certain: boolean;
  /** A gap that was accepted may have swallowed it. */
  readonly excused: boolean;
}

export interface Story {
  readonly table: Table;
  readonly key: string;
  readonly initial: Values | null;
  readonly final: Readonly<Record<Side, Values | null>>;
  /** In the order in which they ended. */
  readonly deeds: readonly Deed[];
  readonly conflicts: readonly ConflictEvidence[];
  readonly letters: readonly DeadLetterEvidence[];
}

export function storiesOf(evidence: Evidence): readonly Story[] {
  const deeds = evidence.history.flatMap((one) => deedsOf(one, evidence.gaps));
  return tables.flatMap((table) => storiesOfTable(evidence, table, deeds));
}

function storiesOfTable(evidence: Evidence, table: Table, all: readonly Deed[]): readonly Story[] {
  const deeds = byKey(all.filter((one) => one.table === table.name));
  const conflicts = byKey(evidence.conflicts.filter((one) => one.table === table.name));
  const letters = byKey(evidence.deadLetters.filter((one) => one.table === table.name));
  const initial = evidence.initial.sql.get(table.name);
  const final = { sql: evidence.final.sql.get(table.name), mongodb: evidence.final.mongodb.get(table.name) };
  const places = [initial, final.sql, final.mongodb, deeds, conflicts, letters];
  const keys = new Set(places.flatMap((place) => [...(place?.keys() ?? [])]));
  return [...keys].map((key) => {
    const story: Story = {
      table,
      key,
      initial: initial?.get(key) ?? null,
      final: { sql: final.sql?.get(key) ?? null, mongodb: final.mongodb?.get(key) ?? null },
      deeds: deeds.get(key) ?? [],
      conflicts: conflicts.get(key) ?? [],
      letters: letters.get(key) ?? [],
    };
    return {
      ...story,
      deeds: story.deeds.map((deed) => ({ ...deed, certain: deed.certain || hasTrace(story, deed) })),
    };
  });
}

function deedsOf(transaction: UserTransaction, gaps: Evidence['gaps']): Deed[] {
  const { id, side, beganAt, endedAt, outcome } = transaction;
  const excused = gaps.some((gap) => gap.side === side && beganAt <= gap.to && endedAt >= gap.from);
  return transaction.writes.map((write) => ({
    ...write,
    id,
    side,
    beganAt,
    endedAt,
    certain: outcome === 'acknowledged',
    excused,
  }));
}

function byKey<T extends { readonly key: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const some = found.get(one.key);
    if (some === undefined) found.set(one.key, [one]);
    else some.push(one);
  }
  return found;
}

/** Whether the token of an unknown write was met anywhere: then it happened. A delete leaves none. */
function hasTrace(story: Story, { after, id, side }: Deed): boolean {
  if (after === null) return false;
  const said = (values: Values | null): boolean => values?.['by'] === id;
  return (
    said(story.final[side]) ||
    story.deeds.some(({ before }) => said(before)) ||
    story.conflicts.some(({ sql, mongodb }) => said(sql) || said(mongodb))
  );
}

/** It waits for a person: its sides may differ. */
export function waits({ conflicts, letters }: Story): boolean {
  return letters.length > 0 || conflicts.some(({ state }) => state === 'pending');
}

export function same(table: Table, a: Values | null, b: Values | null): boolean {
  if (a === null || b === null) return a === b;
  return table.columns.every(({ name }) => (a[name] ?? null) === (b[name] ?? null));
}

/**
 * Whether `later` may have replaced what `earlier` wrote: it did not end before that began, and it happened; of an unknown delete
 * nobody can tell.
 */
export function canFollow(later: Deed, earlier: Deed): boolean {
  return later !== earlier && later.endedAt >= earlier.beganAt && (later.certain || later.after === null);
}

export function isDelete({ before, after }: UserWrite): boolean {
  return before !== null && after === null;
}

export function problem({ table, key }: Pick<Story, 'table' | 'key'>, check: string, text: string): Problem {
  return { check, table: table.name, key, text };
}

export function shown(values: Values | null): string {
  return values === null ? 'none' : JSON.stringify(values);
}

const mostTold = 12;

/** The last part of what happened to a field, or to the whole record. */
export function told(story: Story, field?: string): string {
  const of = (values: Values | null): string =>
    values === null ? 'none' : field === undefined ? (values['by'] ?? shown(values)) : String(values[field] ?? null);
  const deeds = story.deeds.slice(-mostTold).map((one) => {
    const doubt = one.certain ? '' : '?';
    return `${one.id}${doubt} on ${one.side} [${Math.round(one.beganAt)}, ${Math.round(one.endedAt)}]: ${of(one.before)} → ${of(one.after)}`;
  });
  const conflicts = story.conflicts.map(
    (one) =>
      `conflict ${one.id} ${one.state}: ${of(one.base)} / ${of(one.sql)} / ${of(one.mongodb)} → ${of(one.resolved)}`,
  );
  const { sql, mongodb } = story.final;
  const begun = `initially ${of(story.initial)}`;
  const left = story.deeds.length > mostTold ? [`… ${story.deeds.length - mostTold} earlier writes`] : [];
  return [begun, ...left, ...deeds, ...conflicts, `finally ${of(sql)} / ${of(mongodb)}`].join('; ');
}
