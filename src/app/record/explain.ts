/**
 * Where each field of a record has its present value from, as far as the record of conflicts reaches. Pure.
 * Must not know how either side or the record is read.
 */
import { plainValue } from '../../conflict/plain-value.js';
import { type ConflictKind, type ConflictRecord, type DeadLetter, ruleOf } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import type { State, Value } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import { shownKey } from './record-key.js';

export interface ExplainFacts {
  readonly entity: Entity;
  readonly key: string;
  /** Both sides as they stand. */
  readonly now: Readonly<Record<Side, State>>;
  /** The record's conflicts, newest first. */
  readonly conflicts: readonly ConflictRecord[];
  /** Whether older ones were left out. */
  readonly more: boolean;
  /** A change of the record that its target refuses. */
  readonly deadLetter: DeadLetter | null;
}

export interface DecidingConflict {
  readonly conflictId: string;
  readonly kind: ConflictKind;
  readonly strategy: string;
  /** The field's own rule; null: the strategy took the record as a whole, or one side alone had changed the field. */
  readonly rule: string | null;
  /** Whose value was taken; merged: neither's as it was; both: they had the same. */
  readonly taken: Side | 'both' | 'merged';
  /** The only side that had changed the field; null: both, or the record was decided as a whole. */
  readonly onlyChangedBy: Side | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string;
  /** When the taken value was committed on its own side, where that is known. */
  readonly writtenAt: string | null;
}

export type Origin =
  | { readonly from: 'conflict'; readonly conflict: DecidingConflict }
  /** Changed after that conflict: on `side`; null: both have the new value, and the record does not tell who wrote it. */
  | { readonly from: 'later_change'; readonly side: Side | null; readonly conflict: DecidingConflict }
  /** The sides differ in it, and a person is asked. */
  | { readonly from: 'pending' }
  /** No conflict that is on record decided it. */
  | { readonly from: 'no_conflict' };

export interface ExplainedField {
  readonly field: string;
  /** Plain data; absent where the record is. */
  readonly sql?: unknown;
  readonly mongodb?: unknown;
  readonly equal: boolean;
  readonly origin: Origin;
}

export interface WaitingConflict {
  readonly conflictId: string;
  readonly kind: ConflictKind;
  readonly strategy: string;
  readonly reason: string | null;
  readonly since: string;
}

export interface Explanation {
  readonly table: string;
  readonly collection: string;
  readonly key: unknown;
  readonly present: Readonly<Record<Side, boolean>>;
  readonly equal: boolean;
  /** It waits for a person. */
  readonly pending: WaitingConflict | null;
  /** A change of it cannot be written. */
  readonly deadLetter: Pick<DeadLetter, 'id' | 'link' | 'code' | 'reason'> | null;
  /** What decided that the record is gone; null: it is there, or no conflict on record did. */
  readonly deletedBy: DecidingConflict | null;
  readonly fields: readonly ExplainedField[];
  /** Conflicts of this record that are on record. */
  readonly conflicts: number;
  readonly more: boolean;
}

export function explain({ entity, key, now, conflicts, more, deadLetter }: ExplainFacts): Explanation {
  const present = { sql: now.sql !== null, mongodb: now.mongodb !== null };
  const decided = conflicts.filter(({ resolution }) => resolution !== 'pending');
  const gone = !present.sql && !present.mongodb;
  const pending = conflicts.find(({ state }) => state === 'pending');
  const facts = { entity, now, pending, decided };
  const fields = gone ? [] : entity.fields.map((_, index) => explainField(facts, index));
  const [newest] = decided;
  return {
    table: entity.name,
    collection: entity.collection,
    key: shownKey(entity, key),
    present,
    equal: present.sql === present.mongodb && fields.every(({ equal }) => equal),
    pending: waitingOf(pending),
    deadLetter: deadLetter && {
      id: deadLetter.id,
      link: deadLetter.link,
      code: deadLetter.code,
      reason: deadLetter.reason,
    },
    deletedBy: gone && newest?.decision === null ? wholeRecord(newest) : null,
    fields,
    conflicts: conflicts.length,
    more,
  };
}

function waitingOf(conflict: ConflictRecord | undefined): WaitingConflict | null {
  if (conflict === undefined) return null;
  const { id, kind, strategy, reason, createdAt } = conflict;
  return { conflictId: id, kind, strategy, reason, since: new Date(createdAt).toISOString() };
}

interface FieldFacts {
  readonly entity: Entity;
  readonly now: Readonly<Record<Side, State>>;
  readonly pending: ConflictRecord | undefined;
  readonly decided: readonly ConflictRecord[];
}

function explainField({ entity, now, pending, decided }: FieldFacts, index: number): ExplainedField {
  const { field, type } = entity.fields[index] as Entity['fields'][number];
  const [sql, mongodb] = [valueIn(now.sql, index), valueIn(now.mongodb, index)];
  const found = decided.find((one) => concerns(one, index));
  const waits = pending !== undefined && sql !== mongodb && concerns(pending, index);
  return {
    field,
    ...(sql === undefined ? {} : { sql: plainValue(type, sql) }),
    ...(mongodb === undefined ? {} : { mongodb: plainValue(type, mongodb) }),
    equal: sql === mongodb,
    origin: waits
      ? { from: 'pending' }
      : found === undefined
        ? { from: 'no_conflict' }
        : originOf(found, { field, index }, { sql, mongodb }),
  };
}

/** Undefined: the record is absent. */
function valueIn(state: State, index: number): Value | undefined {
  return state === null ? undefined : (state[index] ?? null);
}

/** Whether one of the sides had changed the field, so that the conflict decided what became of it. */
function concerns({ base, sql, mongodb }: ConflictRecord, index: number): boolean {
  if (sql.state === null || mongodb.state === null) return true;
  const before = valueIn(base, index) ?? null;
  return sql.state[index] !== before || mongodb.state[index] !== before;
}

function originOf(
  conflict: ConflictRecord,
  { field, index }: { readonly field: string; readonly index: number },
  now: Readonly<Record<Side, Value | undefined>>,
): Origin {
  const decision = valueIn(conflict.decision, index);
  const [sql, mongodb] = [valueIn(conflict.sql.state, index), valueIn(conflict.mongodb.state, index)];
  const taken = takenFrom(decision, { sql, mongodb });
  const deciding = decidingConflict(conflict, {
    rule: ruleOf(conflict.fields, field),
    taken,
    onlyChangedBy: conflict.base === null ? null : onlyChangedBy(valueIn(conflict.base, index), { sql, mongodb }),
  });
  if (now.sql === decision && now.mongodb === decision) return { from: 'conflict', conflict: deciding };
  const side = now.sql === decision ? 'mongodb' : now.mongodb === decision ? 'sql' : null;
  return { from: 'later_change', side, conflict: deciding };
}

type Both = Readonly<Record<Side, Value | undefined>>;

function takenFrom(decision: Value | undefined, { sql, mongodb }: Both): DecidingConflict['taken'] {
  if (decision === sql) return decision === mongodb ? 'both' : 'sql';
  return decision === mongodb ? 'mongodb' : 'merged';
}

function onlyChangedBy(base: Value | undefined, { sql, mongodb }: Both): Side | null {
  if (sql === undefined || mongodb === undefined) return null;
  if (sql === base) return 'mongodb';
  return mongodb === base ? 'sql' : null;
}

function wholeRecord(conflict: ConflictRecord): DecidingConflict {
  const { sql, mongodb } = conflict;
  // A person may leave no record although neither side had deleted it.
  const other = mongodb.state === null ? 'mongodb' : 'merged';
  const taken = sql.state !== null ? other : mongodb.state === null ? 'both' : 'sql';
  return decidingConflict(conflict, { rule: null, taken, onlyChangedBy: null });
}

function decidingConflict(
  conflict: ConflictRecord,
  how: Pick<DecidingConflict, 'rule' | 'taken' | 'onlyChangedBy'>,
): DecidingConflict {
  const { id, kind, strategy, resolvedBy, resolvedAt, createdAt } = conflict;
  const time = how.taken === 'sql' || how.taken === 'mongodb' ? conflict[how.taken].time : null;
  return {
    conflictId: id,
    kind,
    strategy,
    ...how,
    decidedBy: resolvedBy,
    decidedAt: new Date(resolvedAt ?? createdAt).toISOString(),
    writtenAt: typeof time === 'number' ? new Date(time).toISOString() : null,
  };
}
