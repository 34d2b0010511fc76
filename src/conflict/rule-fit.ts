/** Which field rules a column's type allows, and why not the others. Must not know how a rule decides. */
import type { ColumnKind, ColumnType } from '../model/entity.js';
import type { PlainRule } from './policy.js';

const texts: readonly ColumnKind[] = ['text', 'varchar', 'char', 'citext'];
const numbers: readonly ColumnKind[] = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];
const json: readonly ColumnKind[] = ['json', 'jsonb'];
const lists: readonly ColumnKind[] = ['array', ...json];
/** Kinds whose order needs nothing but the value; that of texts would depend on the column's collation. */
const ordered: readonly ColumnKind[] = [...numbers, 'bool', 'timestamptz', 'timestamp', 'date', 'time', 'enum'];

interface Demand {
  readonly kinds: readonly ColumnKind[];
  /** What the rule needs, after `the rule X needs`. */
  readonly needs: string;
}

const demands: Partial<Record<PlainRule, Demand>> = {
  text: { kinds: texts, needs: 'a text column' },
  counter: { kinds: [...numbers, ...json], needs: 'a number, or a json column that holds a counter’s state' },
  set: { kinds: lists, needs: 'an array, or a json column that holds an array or a set’s state' },
  merge_array: { kinds: lists, needs: 'an array, or a json column that holds one' },
  merge_object: { kinds: json, needs: 'a json or jsonb column' },
  max: { kinds: ordered, needs: 'a type with an order of its own: numbers, bool, dates, times, enums' },
  min: { kinds: ordered, needs: 'a type with an order of its own: numbers, bool, dates, times, enums' },
};

const plainRules: readonly PlainRule[] = [
  'prefer_sql',
  'prefer_mongodb',
  'prefer_non_null',
  'lww',
  'max',
  'min',
  'text',
  'counter',
  'set',
  'merge_array',
  'merge_object',
];

/** Why the rule does not fit, as a clause; null: it fits. */
export function misfit(rule: PlainRule, type: ColumnType): string | null {
  const demand = demands[rule];
  if (demand === undefined) return null;
  if (!demand.kinds.includes(type.kind)) return `the rule ${rule} needs ${demand.needs}`;
  if (rule === 'text' && type.document === 'objectId')
    return 'the rule text would take an ObjectId apart, letter by letter';
  return null;
}

export function fittingRules(type: ColumnType): readonly string[] {
  return [...plainRules.filter((rule) => misfit(rule, type) === null), 'flag', 'custom'];
}

/** The rule that a strategy gives to a field that has none of its own; null: none, so `prefer_sql`. */
export function usualRule(strategy: string, type: ColumnType): PlainRule | null {
  if (strategy === 'ot') return misfit('text', type) === null ? 'text' : null;
  if (strategy !== 'crdt') return null;
  if (numbers.includes(type.kind)) return 'counter';
  return type.kind === 'array' ? 'set' : null;
}
