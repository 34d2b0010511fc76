/** Advice as lines of the configuration, with the reasons as comments. Pure; it must not know where the lines end up. */
import type { EntityFileConfig, FieldConfig } from '../../config/entity-schema.js';
import { type Advice, type FieldAdvice, usualReason } from '../../conflict/advise.js';
import type { FieldRuleConfig } from '../../conflict/compile-rule.js';

/** The `conflict` section of an entity; a rule's comment stands behind it. */
export function conflictLines(advice: Advice): string[] {
  const { strategy, reason, vector, insertManual, fields } = advice;
  const keys: (readonly [string, string])[] = [['strategy', strategy]];
  if (vector !== null) keys.push(['vector', textScalar(vector.column)]);
  if (advice.delete !== null) keys.push(['delete', advice.delete]);
  if (insertManual !== null) keys.push(['insert', 'manual']);
  if (fields.length === 0)
    return [`    conflict: { ${keys.map(([key, value]) => `${key}: ${value}`).join(', ')} } # ${reason}`];
  const comments = new Map([
    ['strategy', reason],
    ['insert', insertManual === null ? '' : insertReasons[insertManual]],
  ]);
  const comment = (key: string): string => (comments.has(key) ? ` # ${comments.get(key)}` : '');
  return [
    '    conflict:',
    ...keys.map(([key, value]) => `      ${key}: ${value}${comment(key)}`),
    '      fields: # where both sides changed the field; lww: the later write',
    ...aligned(fields),
  ];
}

const insertReasons = {
  sequence: 'a sequence makes the key: one key may be two different records, which must not become one',
  kept: 'as configured',
} as const;

function aligned(fields: readonly FieldAdvice[]): string[] {
  const rules = fields.map(({ field, rule }) => `        ${scalar(field.column)}: ${ruleText(rule)}`);
  const width = Math.min(40, Math.max(...rules.map((line) => line.length)));
  // What is usual needs no reason on every line.
  return rules.map((line, index) => {
    const { reason } = fields[index] as FieldAdvice;
    return reason === usualReason ? line : `${line.padEnd(width)} # ${reason}`;
  });
}

function ruleText(rule: FieldRuleConfig): string {
  if (typeof rule === 'string') return rule;
  if ('custom' in rule) return `{ custom: ${textScalar(rule.custom)} }`;
  const list = (values: readonly (string | number | boolean)[]): string =>
    `[${values.map((value) => (typeof value === 'string' ? textScalar(value) : String(value))).join(', ')}]`;
  return `{ flag: ${textScalar(rule.flag)}, sql: ${list(rule.sql)}, mongodb: ${list(rule.mongodb)} }`;
}

/** What an entity says of its mapping, so that a block with new advice can take the place of the old one. */
export function mappingLines({ table, collection, fields, criticality }: EntityFileConfig): string[] {
  const wishes = Object.entries(fields);
  return [
    `  - table: ${textScalar(table)}`,
    ...(collection === undefined ? [] : [`    collection: ${textScalar(collection)}`]),
    ...(wishes.length === 0 ? [] : ['    fields:', ...wishes.map(([name, wish]) => fieldLine(name, wish))]),
    ...(criticality === undefined ? [] : [`    criticality: ${criticality}`]),
  ];
}

function fieldLine(name: string, wish: FieldConfig): string {
  if (wish === false) return `      ${scalar(name)}: false`;
  if (typeof wish === 'string') return `      ${scalar(name)}: ${textScalar(wish)}`;
  const keys = Object.entries(wish).map(([key, value]) => `${key}: ${textScalar(value)}`);
  return `      ${scalar(name)}: { ${keys.join(', ')} }`;
}

/** Names that YAML would read as something else are quoted. */
export function scalar(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name);
}

/** A scalar that stands as a value: there, `${` would ask for an environment variable. */
export function textScalar(text: string): string {
  return scalar(text).replaceAll('${', () => '$${');
}
