/** One field's rule out of its configuration, or why it cannot work. Pure. */
import { fromString } from '../model/canonical-string.js';
import type { Entity, Field } from '../model/entity.js';
import type { FieldRule, PlainRule } from './policy.js';
import { findField, type PolicyProblem, unknownField } from './policy-field.js';
import { fittingRules, misfit } from './rule-fit.js';

export type FieldRuleConfig =
  | PlainRule
  | {
      readonly flag: string;
      readonly sql: readonly (string | number | boolean)[];
      readonly mongodb: readonly (string | number | boolean)[];
    }
  | { readonly custom: string };

interface Place {
  readonly entity: Entity;
  readonly index: number;
  /** As the configuration names the field. */
  readonly name: string;
  /** Fields that have a flag rule themselves. */
  readonly owned: ReadonlySet<number>;
}

type Compiled = { readonly rule: FieldRule } | { readonly problem: PolicyProblem };

export function compileRule(wish: FieldRuleConfig, place: Place): Compiled {
  if (typeof wish === 'object') {
    return 'custom' in wish ? { rule: { rule: 'custom', module: wish.custom } } : compileFlag(wish, place);
  }
  const { type } = place.entity.fields[place.index] as Field;
  const reason = misfit(wish, type);
  if (reason === null) return { rule: { rule: wish } };
  return problem(
    place,
    `${place.name} (${type.sql}): ${reason}`,
    `Use one of these for it: ${fittingRules(type).join(', ')}.`,
  );
}

type FlagConfig = Extract<FieldRuleConfig, { readonly flag: string }>;

function compileFlag(wish: FlagConfig, place: Place): Compiled {
  const { entity, index, name, owned } = place;
  const flag = findField(entity, wish.flag);
  if (flag < 0) {
    const { message, remedy } = unknownField(entity, wish.flag);
    return { problem: { field: name, message, remedy } };
  }
  if (flag === index)
    return problem(place, `${name} cannot be its own flag`, 'Name the field that says who owns this one.');
  if (owned.has(flag))
    return problem(
      place,
      `the flag ${wish.flag} of ${name} has a flag itself, so that neither could be decided first`,
      'Give the flag a rule of another kind.',
    );
  const field = entity.fields[flag] as Field;
  const values = { sql: valuesOf(field, wish.sql), mongodb: valuesOf(field, wish.mongodb) };
  const bad = values.sql.bad ?? values.mongodb.bad;
  if (bad !== null)
    return problem(
      place,
      `${wish.flag} (${field.type.sql}) can never be ${JSON.stringify(bad)}, which the flag rule of ${name} lists`,
      field.type.labels === undefined
        ? 'List values that the column can hold, as the document has them.'
        : `List some of: ${field.type.labels.join(', ')}.`,
    );
  if (values.sql.good.length + values.mongodb.good.length === 0)
    return problem(
      place,
      `the flag rule of ${name} lists no value`,
      'Say which of the flag’s values belong to which side.',
    );
  const twice = values.sql.good.find((value) => values.mongodb.good.includes(value));
  if (twice !== undefined)
    return problem(
      place,
      `the flag rule of ${name} lists ${JSON.stringify(twice)} for both sides`,
      'Keep it in one of the two lists.',
    );
  return { rule: { rule: 'flag', flag, sql: values.sql.good, mongodb: values.mongodb.good } };
}

interface Values {
  readonly good: readonly string[];
  /** The first that the column cannot hold. */
  readonly bad: string | null;
}

function valuesOf({ type }: Field, listed: readonly (string | number | boolean)[]): Values {
  const good: string[] = [];
  for (const each of listed) {
    const value = fromString(type, String(each));
    if (value === undefined) return { good, bad: String(each) };
    good.push(value);
  }
  return { good, bad: null };
}

function problem({ entity, name }: Place, what: string, remedy: string): Compiled {
  return { problem: { field: name, message: `${entity.name}: ${what}`, remedy } };
}
