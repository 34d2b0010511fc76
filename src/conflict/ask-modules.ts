/** What modules of the user's must be asked about a conflict, and what their answers mean in canonical form. Pure. */
import type { Entity, Field } from '../model/entity.js';
import type { ConflictFacts } from './conflict-facts.js';
import type { CustomAnswer, CustomCall, CustomInput } from './custom.js';
import type { FieldAnswer } from './field-case.js';
import { askedRule, type Versions } from './merge.js';
import { plainKey, plainRecord, stateOfPlain } from './plain.js';
import { plainValue, valueOfPlain } from './plain-value.js';
import type { Policy } from './policy.js';

/** About the record as a whole. */
export function recordCall(module: string, facts: ConflictFacts, entity: Entity): CustomCall {
  const plain = (state: ConflictFacts['base']): unknown => plainRecord(entity, facts.key, state);
  const versions = { base: plain(facts.base), sql: plain(facts.sql.state), mongodb: plain(facts.mongodb.state) };
  return { module, input: { ...versions, meta: metaOf(facts, entity, null) } };
}

export type RecordAnswer =
  | { readonly decided: true; readonly state: ConflictFacts['base'] }
  | { readonly decided: false; readonly reason: string };

export function readRecordAnswer(answer: CustomAnswer, facts: ConflictFacts, entity: Entity): RecordAnswer {
  if (!answer.ok) return { decided: false, reason: `The module gave no answer: ${answer.reason}.` };
  const read = stateOfPlain(entity, facts.key, answer.value);
  if (read.ok) return { decided: true, state: read.state };
  return { decided: false, reason: `The module’s answer cannot be used: ${read.reason}.` };
}

/** About the fields whose rule is a module, by their index. */
export function fieldCalls(versions: Versions, facts: ConflictFacts, asked: { entity: Entity; policy: Policy }) {
  const { entity, policy } = asked;
  const calls = new Map<number, CustomCall>();
  for (const [index, { field, type }] of entity.fields.entries()) {
    const rule = askedRule(versions, policy.rules, index);
    if (rule?.rule !== 'custom') continue;
    const plain = (state: Versions['base']): unknown => plainValue(type, state?.[index] ?? null);
    const values = { base: plain(versions.base), sql: plain(versions.sql), mongodb: plain(versions.mongodb) };
    calls.set(index, { module: rule.module, input: { ...values, meta: metaOf(facts, entity, field) } });
  }
  return calls;
}

export function readFieldAnswer(answer: CustomAnswer, { type }: Field): FieldAnswer {
  if (!answer.ok) return { decided: false, reason: `its module gave no answer: ${answer.reason}` };
  const read = valueOfPlain(type, answer.value);
  return read.ok
    ? { decided: true, value: read.value }
    : { decided: false, reason: `its module’s answer: ${read.reason}` };
}

function metaOf(facts: ConflictFacts, entity: Entity, field: string | null): CustomInput['meta'] {
  const time = (side: 'sql' | 'mongodb'): number | null => {
    const { time } = facts[side];
    return typeof time === 'number' ? time : null;
  };
  return {
    table: entity.name,
    collection: entity.collection,
    key: plainKey(entity, facts.key),
    kind: facts.kind,
    field,
    sqlTime: time('sql'),
    mongodbTime: time('mongodb'),
  };
}
