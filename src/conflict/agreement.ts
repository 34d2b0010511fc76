/** Whether both sides agree when they stand at the same state. Pure; must not know how an agreement is kept. */
import type { Entity, Field } from '../model/entity.js';
import type { RecordRef, State, Value } from '../model/record.js';
import { askedRule } from './merge.js';
import type { Policy, Strategy } from './policy.js';

export interface SameState extends RecordRef {
  readonly base: State;
  /** What both sides stand at. */
  readonly state: State;
}

export type Agrees = (same: SameState) => boolean;

const fieldwise: ReadonlySet<Strategy> = new Set(['merge', 'ot', 'crdt', 'version_vector']);

/** They do, but for a counter: two counts of one are two, though both came to the same number. */
export function makeAgreement(entities: ReadonlyMap<string, Entity>, policies: ReadonlyMap<string, Policy>): Agrees {
  return ({ entity: name, base, state }) => {
    const [entity, policy] = [entities.get(name), policies.get(name)];
    if (entity === undefined || policy === undefined || !fieldwise.has(policy.strategy)) return true;
    if (base === null || state === null) return true;
    const versions = { base, sql: state, mongodb: state };
    return entity.fields.every(
      (field, index) =>
        askedRule(versions, policy.rules, index) === null || isStoredState(field, state[index] as Value),
    );
  };
}

/** CRDT state joined with itself is itself. */
function isStoredState({ type: { kind } }: Field, value: Value): boolean {
  return (kind === 'json' || kind === 'jsonb') && value?.startsWith('{') === true;
}
