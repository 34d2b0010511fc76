/** A table's policy out of its configuration, with every rule that cannot work told. Pure: module paths are absolute already. */
import type { Entity, Field } from '../model/entity.js';
import { compileRule, type FieldRuleConfig } from './compile-rule.js';
import type { DeletePolicy, FieldRule, Policy, Strategy } from './policy.js';
import { findField, type PolicyProblem, unknownField } from './policy-field.js';
import { usualRule } from './rule-fit.js';

export interface PolicyConfig {
  readonly strategy: Strategy;
  readonly delete: DeletePolicy;
  /** See `Policy.chosen`. */
  readonly chosen: boolean;
  readonly insert?: 'manual';
  /** By column, or by document field where no column has the name. */
  readonly fields?: Readonly<Record<string, FieldRuleConfig>>;
  readonly module?: string;
  readonly vector?: string;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly problems: readonly PolicyProblem[];
}

const byField: readonly Strategy[] = ['merge', 'version_vector', 'ot', 'crdt'];

/** With problems the policy lacks what they are about, and must not be used to decide. */
export function compilePolicy(config: PolicyConfig, entity: Entity): CompiledPolicy {
  const problems: PolicyProblem[] = [];
  const vector = compileVector(config, entity, problems);
  const rules = compileRules(config, entity, problems);
  entity.fields.forEach((field, index) => {
    const usual = usualRule(config.strategy, field.type);
    if (usual !== null && !rules.has(index)) rules.set(index, { rule: usual });
  });
  if (vector !== null && rules.has(vector))
    problems.push({
      field: config.vector as string,
      message: `${entity.name}: ${config.vector} is the version vector and has a rule as well`,
      remedy: 'Remove the rule: vectors are joined by themselves.',
    });
  problems.push(...moduleProblems(config, entity));
  const { strategy, chosen } = config;
  const module = strategy === 'custom' ? (config.module ?? null) : null;
  const insert = config.insert === undefined ? {} : { insert: config.insert };
  return { policy: { strategy, delete: config.delete, chosen, ...insert, rules, vector, module }, problems };
}

function compileRules(config: PolicyConfig, entity: Entity, problems: PolicyProblem[]): Map<number, FieldRule> {
  const rules = new Map<number, FieldRule>();
  const wishes = Object.entries(config.fields ?? {});
  if (wishes.length > 0 && !byField.includes(config.strategy)) {
    problems.push({
      field: null,
      message: `${entity.name}: the strategy ${config.strategy} decides the whole record, so that rules for single fields have no use`,
      remedy: `Name a strategy that decides field by field (${byField.join(', ')}), or remove the rules.`,
    });
    return rules;
  }
  const flagged = wishes.filter(([, wish]) => typeof wish === 'object' && 'flag' in wish);
  const owned = new Set(flagged.map(([name]) => findField(entity, name)));
  for (const [name, wish] of wishes) {
    const index = findField(entity, name);
    if (index < 0) {
      problems.push(unknownField(entity, name));
    } else if (rules.has(index)) {
      problems.push({
        field: name,
        message: `${entity.name}: ${name} has two rules, one by its column's name and one by its field's`,
        remedy: 'Keep one of them.',
      });
    } else {
      const compiled = compileRule(wish, { entity, index, name, owned });
      if ('rule' in compiled) rules.set(index, compiled.rule);
      else problems.push(compiled.problem);
    }
  }
  return rules;
}

function compileVector(config: PolicyConfig, entity: Entity, problems: PolicyProblem[]): number | null {
  const name = config.vector;
  if (name === undefined) return null;
  const tell = (message: string, remedy: string): null => {
    problems.push({ field: name, message: `${entity.name}: ${message}`, remedy });
    return null;
  };
  if (config.strategy !== 'version_vector')
    return tell(
      `the strategy ${config.strategy} compares no version vectors, so that vector: ${name} has no use`,
      'Use the strategy version_vector, or remove vector.',
    );
  const index = findField(entity, name);
  if (index < 0) {
    problems.push(unknownField(entity, name));
    return null;
  }
  const type = (entity.fields[index] as Field).type;
  if (type.kind === 'json' || type.kind === 'jsonb') return index;
  return tell(
    `${name} (${type.sql}) cannot hold a version vector`,
    'Name a json or jsonb column that holds { "actor": number, … }, or remove vector: the order of the logs is used then.',
  );
}

function moduleProblems(config: PolicyConfig, entity: Entity): PolicyProblem[] {
  if (config.strategy === 'custom' && config.module === undefined)
    return [
      {
        field: null,
        message: `${entity.name}: the strategy custom needs a module`,
        remedy: 'Name it: conflict: { strategy: custom, module: ./PATH.mjs }.',
      },
    ];
  if (config.strategy !== 'custom' && config.module !== undefined)
    return [
      {
        field: null,
        message: `${entity.name}: the strategy ${config.strategy} asks no module`,
        remedy:
          'Remove module, or use the strategy custom; a single field’s module stands in its rule, { custom: PATH }.',
      },
    ];
  return [];
}
