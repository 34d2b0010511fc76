/** A policy for records of several fields, drawn from the run's seed; and the module that it may ask. */
import { compilePolicy } from '../../conflict/compile-policy.js';
import type { FieldRuleConfig } from '../../conflict/compile-rule.js';
import type { RunCustom } from '../../conflict/custom.js';
import type { DeletePolicy, Policy, Strategy } from '../../conflict/policy.js';
import type { Entity } from '../../model/entity.js';
import { hashed, type Random } from '../random.js';
import { type WideName, wideFields, wideNames } from './wide-fields.js';

const strategies: readonly Strategy[] = [
  'merge',
  'merge',
  'crdt',
  'ot',
  'version_vector',
  'lww',
  'prefer_sql',
  'prefer_mongodb',
  'manual',
  'custom',
];

const asked: FieldRuleConfig = { custom: 'field' };
const sides: readonly FieldRuleConfig[] = ['prefer_sql', 'prefer_mongodb', 'lww'];

/** Several times: more often. */
const rules: Readonly<Record<WideName, readonly FieldRuleConfig[]>> = {
  stamp: sides,
  note: ['text', 'text', 'prefer_non_null', asked, ...sides],
  hits: ['counter', 'counter', 'max', 'min', ...sides],
  tags: ['set', 'set', 'merge_array', ...sides],
  extra: ['merge_object', 'merge_object', 'prefer_mongodb', 'lww', asked],
  price: [{ flag: 'owner', sql: ['sql'], mongodb: ['mongodb'] }, 'max', 'min', 'prefer_mongodb', asked],
  owner: [...sides, 'prefer_non_null'],
  at: ['max', 'min', 'prefer_non_null', ...sides],
  vector: ['prefer_sql', 'prefer_mongodb'],
};

const deletes: readonly DeletePolicy[] = ['delete_wins', 'delete_wins', 'update_wins', 'lww', 'manual'];

export function drawPolicy(random: Random, entity: Entity): Policy {
  const strategy = random.pick(strategies);
  const byField = ['merge', 'crdt', 'ot', 'version_vector'].includes(strategy);
  const vector = strategy === 'version_vector' && random.chance(0.5) ? { vector: 'vector' } : {};
  // A table's own strategy brings rules for some fields: those are left to it, but what has no pieces stays one writer's.
  const least = strategy === 'crdt' || strategy === 'ot' ? 0.3 : 0.8;
  const fields: Partial<Record<WideName, FieldRuleConfig>> = {};
  for (const name of wideNames) {
    const isWhole = wideFields[name].make === 'register' || name === 'owner';
    if (isWhole || (random.chance(least) && !(name in vector))) fields[name] = random.pick(rules[name]);
  }
  const compiled = compilePolicy(
    {
      strategy,
      delete: random.pick(deletes),
      chosen: random.chance(0.5),
      ...(random.chance(0.1) ? { insert: 'manual' as const } : {}),
      ...(byField ? { fields } : {}),
      ...(strategy === 'custom' ? { module: 'record' } : {}),
      ...vector,
    },
    entity,
  );
  if (compiled.problems.length > 0) throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  return compiled.policy;
}

/** A module that takes one of both, mostly, or for a whole record each field from one of both. */
export const drawnModule: RunCustom = ({ module, input: { sql, mongodb, meta } }) => {
  const draw = (what: unknown): number => hashed(JSON.stringify([what, meta.key, sql, mongodb]));
  if (draw('answer') < 0.2) return Promise.resolve({ ok: false, reason: 'It threw.' });
  const pick = (name: string, from: { sql: unknown; mongodb: unknown }): unknown =>
    draw(name) < 0.5 ? from.sql : from.mongodb;
  if (module === 'field') return Promise.resolve({ ok: true, value: pick('value', { sql, mongodb }) });
  const [left, right] = [sql, mongodb] as [Record<string, unknown>, Record<string, unknown>];
  const names = Object.keys(left);
  const value = Object.fromEntries(names.map((name) => [name, pick(name, { sql: left[name], mongodb: right[name] })]));
  return Promise.resolve({ ok: true, value });
};
