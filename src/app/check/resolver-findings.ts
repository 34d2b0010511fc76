/** What the trial of a table's resolver means for the person who configured it. Pure. */
import { basename } from 'node:path';
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { FieldRule, Policy } from '../../conflict/policy.js';
import type { Entity } from '../../model/entity.js';
import type { Asked, Differences, Trial } from './resolver-trial.js';

export interface Tried {
  readonly entity: Entity;
  readonly policy: Policy;
  readonly trial: Trial;
}

export function resolverFindings(tried: Tried): readonly Finding[] {
  const { entity, policy, trial } = tried;
  const id = `resolver.${entity.name}`;
  const name = `${entity.name} (${policy.strategy})`;
  if (trial.conflicts === 0) return [ok(id, `${name}: no column outside the key can collide`)];
  const findings = trial.asked.flatMap((asked) => askedFindings(asked, entity));
  const unsteady = steadyFindings(tried, name);
  findings.push(...unsteady);
  // What is decided anew each time also differs when the sides swap.
  if (unsteady.length === 0) findings.push(...swapFindings(tried));
  if (findings.some(({ state }) => state === 'failed')) return findings;
  const pending = trial.pending === 0 ? '' : `; ${trial.pending} would wait for a person`;
  return [
    ok(id, `${name}: ${trial.conflicts} generated conflicts, always decided the same way${pending}`),
    ...findings,
  ];
}

function askedFindings(asked: Asked, entity: Entity): Finding[] {
  const { module, field, questions, reason } = asked;
  const where = `${entity.name}${field === null ? '' : `.${field}`} (${basename(module)})`;
  const id = `resolver.${entity.name}${field === null ? '' : `.${field}`}`;
  const bad = asked.broken + asked.misfits + asked.threw;
  if (bad === 0) return [];
  const what = `${where}: ${bad} of ${questions} questions have no usable answer: ${reason}`;
  if (asked.broken > 0 || bad === questions)
    return [failed(id, what, 'Mend the module: every such conflict would wait for a person.')];
  return [
    warning(
      id,
      what,
      'Such conflicts wait for a person: nothing to do if that is meant, else let the module answer them.',
    ),
  ];
}

function steadyFindings({ entity, policy, trial }: Tried, name: string): Finding[] {
  const id = `resolver.${entity.name}`;
  const { conflicts } = trial;
  if (trial.again.conflicts > 0)
    return [
      failed(
        id,
        `${name} is not deterministic: asked again, it decides ${trial.again.conflicts} of ${conflicts} conflicts another way${inFields(trial.again, entity)}`,
        asksModules(policy)
          ? 'Let the module depend on its input alone: no clock, no randomness, nothing kept from one call to the next.'
          : ourMistake,
      ),
    ];
  if (trial.afterJson.conflicts > 0)
    return [
      failed(
        id,
        `${name} decides ${trial.afterJson.conflicts} of ${conflicts} conflicts another way after they were stored as JSON${inFields(trial.afterJson, entity)}`,
        asksModules(policy)
          ? 'Let the module depend on its input alone, not on the order of an object’s keys.'
          : ourMistake,
      ),
    ];
  return [];
}

const ourMistake = 'This is a mistake of ours: please report it, with the table’s definition.';

/** Rules that tell the sides apart by their definition, or that break a tie by side. */
const sided: readonly string[] = [
  'prefer_sql',
  'prefer_mongodb',
  'prefer_non_null',
  'lww',
  'flag',
  'merge_object',
  'text',
];

function swapFindings({ entity, policy, trial }: Tried): Finding[] {
  const { swapped } = trial;
  if (swapped.conflicts === 0) return [];
  const id = `resolver.${entity.name}.sides`;
  if (policy.strategy === 'custom' && policy.module !== null) {
    const where = `${entity.name} (${basename(policy.module)})`;
    return [
      warning(
        id,
        `${where} answers ${swapped.conflicts} of ${trial.conflicts} conflicts another way when the sides swap${inFields(swapped, entity)}`,
        preferOnPurpose,
      ),
    ];
  }
  if (policy.strategy === 'lww') return [ok(id, `${entity.name}: lww gives equal and unknown times to SQL, by design`)];
  if (sided.includes(policy.strategy))
    return [ok(id, `${entity.name}: ${policy.strategy} does not treat both sides alike, by design`)];
  return fieldSwapFindings({ entity, policy, trial });
}

const preferOnPurpose =
  'Nothing to do if the module prefers a side on purpose; else let it treat `sql` and `mongodb` alike.';

function fieldSwapFindings({ entity, policy, trial }: Tried): Finding[] {
  const findings: Finding[] = [];
  const byDesign: string[] = [];
  for (const [index, times] of trial.swapped.fields) {
    const rule = policy.rules.get(index) ?? usualRule;
    const field = entity.fields[index]?.field ?? String(index);
    const id = `resolver.${entity.name}.${field}.sides`;
    const differs = `differs in ${times} of ${trial.conflicts} conflicts when the sides swap`;
    if (sided.includes(rule.rule) && index !== policy.vector) byDesign.push(`${field} (${rule.rule})`);
    else if (rule.rule === 'custom')
      findings.push(warning(id, `${entity.name}.${field} (${basename(rule.module)}) ${differs}`, preferOnPurpose));
    else findings.push(warning(id, `${entity.name}.${field} (${rule.rule}) ${differs}`, ourMistake));
  }
  if (byDesign.length === 0) return findings;
  const what = `${entity.name}: ${byDesign.join(', ')} ${byDesign.length === 1 ? 'does' : 'do'} not treat both sides alike, by design`;
  return [ok(`resolver.${entity.name}.sides`, what), ...findings];
}

const usualRule: FieldRule = { rule: 'prefer_sql' };

function inFields({ fields }: Differences, entity: Entity): string {
  const names = [...fields.keys()].sort((a, b) => a - b).map((index) => entity.fields[index]?.field ?? index);
  return names.length === 0 ? '' : `, in ${names.join(', ')}`;
}

function asksModules({ module, rules }: Policy): boolean {
  return module !== null || [...rules.values()].some(({ rule }) => rule === 'custom');
}
