/**
 * Proposes a table's policy, with its reasons: from what its fields are for, how often it collides and how much that
 * matters. Pure; it must not know where the numbers come from or how the proposal is written down.
 */
import type { Entity, Field } from '../model/entity.js';
import type { FieldRuleConfig } from './compile-rule.js';
import { type FieldKind, fieldKind, looksLikeVector, type TableKind, tableKind } from './field-kind.js';
import type { DeletePolicy, PlainRule, Strategy } from './policy.js';
import { findField } from './policy-field.js';
import { misfit } from './rule-fit.js';

export interface AdviceFacts {
  readonly entity: Entity;
  readonly criticality: 'low' | 'medium' | 'high';
  /** Conflicts / changes, measured; null: nothing was measured yet. */
  readonly rate: number | null;
  /** Column → how long its values are on average, where that is known. */
  readonly averageBytes: ReadonlyMap<string, number>;
  /** The rules that the configuration has already: somebody knew more than a name can say, so they are kept. */
  readonly chosen: Readonly<Record<string, FieldRuleConfig>>;
  /** What the configuration says of deletes, and whether it leaves inserts on both sides to a person: kept too, since no name tells. */
  readonly kept: { readonly delete: DeletePolicy | null; readonly insertManual: boolean };
  /** Column → in how many of the conflicts on record that were looked at both sides had changed it. */
  readonly collisions: ReadonlyMap<string, number>;
}

export interface FieldAdvice {
  readonly field: Field;
  readonly kind: FieldKind;
  readonly rule: FieldRuleConfig;
  readonly reason: string;
}

export interface Advice {
  readonly strategy: Strategy;
  readonly reason: string;
  /** Null: what holds by default, `delete_wins`. */
  readonly delete: DeletePolicy | null;
  /** Why an insert on both sides stays with a person although a strategy is named: the keys' sequence, or the configuration; null: it does not. */
  readonly insertManual: 'sequence' | 'kept' | null;
  /** `version_vector`: the application's own vector. */
  readonly vector: Field | null;
  /** Every field that has a rule, in the table's order; empty where the strategy takes the record as a whole. */
  readonly fields: readonly FieldAdvice[];
}

/** Above this, a table that is critical is left to people. */
const manualRate = 0.001;

/** Of a field that nothing is known about. */
export const usualReason = 'the later write';

const rules: Record<FieldKind, readonly [PlainRule, string]> = {
  text: ['text', 'prose: the edits of both sides are woven together'],
  document: ['merge_object', 'a document: changes below different keys are both kept'],
  counter: ['counter', 'a count: the steps of both sides are added'],
  account: ['counter', 'bookings: both sides’ add up, equal ones too; let jobs book on one side only, and mind limits'],
  set: ['set', 'a list without order: what either side added or removed holds'],
  latest: ['max', 'only ever goes up: the higher value'],
  amount: ['lww', 'a stated amount, not a count: the later write'],
  plain: ['lww', usualReason],
};

const tableReasons: Record<TableKind, string> = {
  profile: 'a profile: people and programs change different fields of it',
  settings: 'settings: each is changed for itself',
  plain: 'fields that can be merged, so that one side’s write need not be lost',
};

export function advise(facts: AdviceFacts): Advice {
  const { entity, criticality, rate, kept } = facts;
  const whole: Pick<Advice, 'delete' | 'insertManual' | 'vector' | 'fields'> = {
    delete: kept.delete,
    insertManual: entity.sequenceKey ? 'sequence' : kept.insertManual ? 'kept' : null,
    vector: null,
    fields: [],
  };
  if (criticality === 'high' && rate !== null && rate > manualRate) {
    const reason = `criticality is high and more than ${manualRate * 100} % of the changes collide`;
    return { ...whole, strategy: 'manual', delete: 'manual', reason };
  }
  const vector = entity.fields.find(({ column, type }) => looksLikeVector(column, type)) ?? null;
  const chosen = chosenRules(facts);
  const fields = entity.fields
    .filter((field) => field !== vector)
    .map((field) => adviseField(field, facts, chosen.get(field)));
  if (vector !== null)
    return { ...whole, strategy: 'version_vector', vector, fields, reason: 'the records carry a version vector' };
  const table = tableKind(entity.table);
  if (table === 'plain' && chosen.size === 0 && fields.filter(({ kind }) => kind === 'amount').length > 1)
    return { ...whole, strategy: 'lww', reason: 'amounts that add up only within one version: the later write wins' };
  if (
    fields.length === 0 ||
    (table === 'plain' && chosen.size === 0 && fields.every(({ rule }) => rule === 'lww' || rule === 'max'))
  )
    return { ...whole, strategy: 'lww', reason: 'records that make sense only as a whole: the later write wins' };
  return { ...whole, strategy: 'merge', fields, reason: tableReasons[table] };
}

function adviseField(field: Field, facts: AdviceFacts, chosen: FieldRuleConfig | undefined): FieldAdvice {
  const { column: name, type } = field;
  const kind = fieldKind({ name, type, averageBytes: facts.averageBytes.get(name) ?? null });
  const [usual, why] = rules[kind];
  const collisions = facts.collisions.get(name) ?? 0;
  const more = collisions === 0 ? '' : `; collided ${collisions === 1 ? 'once' : `${collisions} times`}`;
  if (chosen !== undefined && chosen !== usual)
    return { field, kind, rule: chosen, reason: `as configured; its type and name speak for ${usual}${more}` };
  return { field, kind, rule: usual, reason: `${why}${flagHint(field, facts)}${more}` };
}

/** `price` beside `price_source`: whose values mean which side, only its owner can say. */
function flagHint({ column }: Field, { entity }: AdviceFacts): string {
  const flag = entity.fields.find((field) => field.column === `${column}_source` || field.column === `${column}Source`);
  return flag === undefined ? '' : `; { flag: ${flag.column}, sql: […], mongodb: […] } if that says whose it is`;
}

/** Those that can work, by field. */
function chosenRules({ entity, chosen }: AdviceFacts): ReadonlyMap<Field, FieldRuleConfig> {
  const rules = new Map<Field, FieldRuleConfig>();
  for (const [name, rule] of Object.entries(chosen)) {
    const field = entity.fields[findField(entity, name)];
    if (field !== undefined && (typeof rule === 'object' || misfit(rule, field.type) === null)) rules.set(field, rule);
  }
  return rules;
}
