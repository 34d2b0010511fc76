/**
 * Merges two versions of a record field by field against their ancestor. What one side alone changed is kept without a rule
 * being asked. Must not know strategies, nor what to do where a person must decide.
 */
import type { Entity, Field } from '../model/entity.js';
import type { State, Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import type { FieldAnswer } from './field-case.js';
import { wronglyNull } from './fits-column.js';
import type { FieldRule } from './policy.js';
import { decideField } from './rules/decide-field.js';
import { pickSide } from './rules/pick-side.js';

export interface Versions {
  /** Null: both sides inserted the record, so that every difference is a change of both. */
  readonly base: State;
  readonly sql: readonly Value[];
  readonly mongodb: readonly Value[];
}

export interface MergeOptions {
  readonly entity: Entity;
  readonly rules: ReadonlyMap<number, FieldRule>;
  readonly later: Side;
  /** What was decided elsewhere, by the field's index: modules' answers and version vectors. */
  readonly answers: ReadonlyMap<number, FieldAnswer>;
}

export type Merged =
  | {
      readonly decided: true;
      readonly state: readonly Value[];
      /** Document field → the rule that was asked about it. */
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly decided: false; readonly reason: string };

const usualRule: FieldRule = { rule: 'prefer_sql' };

/** Of the rules that make a value of both sides', those that look at these two only. */
const needsNoAncestor: ReadonlySet<FieldRule['rule']> = new Set(['max', 'min']);

/** The first field that nobody can decide leaves the whole record to a person. */
export function mergeStates(versions: Versions, options: MergeOptions): Merged {
  const { entity, rules } = options;
  const state: Value[] = entity.fields.map(() => null);
  const asked: [string, string][] = [];
  for (const index of inOrder(entity, rules)) {
    const rule = askedRule(versions, rules, index);
    const flag = rule?.rule === 'flag' ? (state[rule.flag] as Value) : null;
    const answer = rule === null ? changed(versions, index) : ask(rule, { ...options, versions, index, flag });
    const name = (entity.fields[index] as Field).field;
    if (!answer.decided) return { decided: false, reason: `Field ${name}: ${answer.reason}.` };
    if (isRefused(answer.value))
      return { decided: false, reason: `Field ${name} cannot cross: ${readRefusal(answer.value).reason}` };
    state[index] = answer.value;
    if (rule !== null) asked.push([name, rule.rule]);
  }
  const empty = wronglyNull(entity, state);
  if (empty !== null) return { decided: false, reason: `Field ${empty} would be null, which its column must not be.` };
  return { decided: true, state, fields: Object.fromEntries(asked) };
}

/** Flags before the fields that they decide; a flag has no flag rule itself. */
function inOrder({ fields }: Entity, rules: ReadonlyMap<number, FieldRule>): number[] {
  const isOwned = (index: number): boolean => rules.get(index)?.rule === 'flag';
  const all = fields.map((_, index) => index);
  return [...all.filter((index) => !isOwned(index)), ...all.filter(isOwned)];
}

/**
 * The rule that must be asked about a field; null: none, since one side alone changed it, or both to the same value. A value
 * that cannot cross is nobody's change to keep: it asks the field's own rule, which may give it up.
 */
export function askedRule(
  { base, sql, mongodb }: Versions,
  rules: ReadonlyMap<number, FieldRule>,
  index: number,
): FieldRule | null {
  const [before, left, right] = [base?.[index], sql[index] as Value, mongodb[index] as Value];
  const rule = rules.get(index) ?? null;
  if (isRefused(left) || isRefused(right)) return left === right ? null : rule;
  // Two counts of one are two, though both sides stand at the same number; two equal inserts are one.
  if (left === right) return rule?.rule === 'counter' && haveCounted(base?.[index], left) ? rule : null;
  if (base !== null && (left === before || right === before)) return null;
  return rule ?? usualRule;
}

/** From an ancestor that can be counted from; undefined: there is none. */
function haveCounted(before: Value | undefined, both: Value): boolean {
  return before !== undefined && !isRefused(before) && both !== null && both !== before;
}

/** No rule: what is equal, or what one side alone changed; a value that cannot cross comes out too, and is told. */
function changed({ base, sql, mongodb }: Versions, index: number): FieldAnswer {
  const [left, right] = [sql[index] as Value, mongodb[index] as Value];
  if (isRefused(left)) return { decided: true, value: left };
  if (isRefused(right)) return { decided: true, value: right };
  return { decided: true, value: left === base?.[index] ? right : left };
}

interface Question extends MergeOptions {
  readonly versions: Versions;
  readonly index: number;
  readonly flag: Value;
}

function ask(rule: FieldRule, { entity, versions, later, answers, index, flag }: Question): FieldAnswer {
  const given = answers.get(index);
  if (given !== undefined) return given;
  const before = versions.base?.[index] ?? null;
  const values = { sql: versions.sql[index] as Value, mongodb: versions.mongodb[index] as Value };
  const side = pickSide(rule, { ...values, later, flag });
  if (side !== null) return { decided: true, value: values[side] };
  const refused = isRefused(values.sql) ? values.sql : isRefused(values.mongodb) ? values.mongodb : null;
  if (refused !== null) return { decided: true, value: refused };
  const field = entity.fields[index] as Field;
  // As null it would count as nothing, so that both sides' values would be taken for what they added to it.
  if (isRefused(before) && !needsNoAncestor.has(rule.rule))
    return { decided: false, reason: `the rule ${rule.rule} needs the former value, which could not cross` };
  return decideField(rule.rule, { field, base: isRefused(before) ? null : before, ...values, later });
}
