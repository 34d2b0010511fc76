/** Decides a conflict by its table's policy, or says why a person must. Pure but for the modules that it asks: the same facts give the same answer. */
import type { ConflictResolution } from '../model/conflict.js';
import type { Entity, Field } from '../model/entity.js';
import { type State, sameState } from '../model/record.js';
import { fieldCalls, readFieldAnswer, readRecordAnswer, recordCall } from './ask-modules.js';
import type { ConflictFacts } from './conflict-facts.js';
import type { RunCustom } from './custom.js';
import type { FieldAnswer } from './field-case.js';
import { mergeStates, type Versions } from './merge.js';
import { defaultPolicy, type Policy } from './policy.js';
import { withJoinedVector } from './record-vector.js';
import { laterSide, type RouteContext, routeOf } from './route.js';

export type { ConflictFacts } from './conflict-facts.js';

export type Decision =
  | {
      readonly decided: true;
      readonly state: State;
      readonly resolution: ConflictResolution;
      readonly strategy: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly decided: false; readonly strategy: string; readonly reason: string };

/** Never rejects for what stands in the facts. */
export type Resolve = (facts: ConflictFacts) => Promise<Decision>;

export interface ResolverOptions {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly policies: ReadonlyMap<string, Policy>;
  /** How far SQL's clock is ahead of MongoDB's, in milliseconds, as measured last. */
  readonly skewMs: () => number;
  readonly custom: RunCustom;
}

export function makeResolver({ entities, policies, skewMs, custom }: ResolverOptions): Resolve {
  return (facts) => {
    const entity = entities.get(facts.entity);
    const policy = policies.get(facts.entity) ?? defaultPolicy;
    if (entity === undefined)
      return Promise.resolve(undecided(policy.strategy, 'The record’s table is not in the configuration.'));
    return resolve(facts, { policy, entity, later: laterSide(facts, skewMs()), custom });
  };
}

type Context = RouteContext & { readonly custom: RunCustom };

async function resolve(facts: ConflictFacts, context: Context): Promise<Decision> {
  const route = routeOf(facts, context);
  const { strategy } = route;
  switch (route.to) {
    case 'person':
      return undecided(strategy, route.reason);
    case 'side':
      return decided(facts, { state: facts[route.side].state, strategy });
    case 'fields':
      return decideFields(route.versions, facts, context);
    case 'module': {
      const answer = await context.custom(recordCall(route.module, facts, context.entity));
      const read = readRecordAnswer(answer, facts, context.entity);
      return read.decided ? decided(facts, { state: read.state, strategy }) : undecided(strategy, read.reason);
    }
  }
}

async function decideFields(versions: Versions, facts: ConflictFacts, context: Context): Promise<Decision> {
  const { policy, entity, later } = context;
  const { strategy, rules, vector } = policy;
  const answers = await answersOf(versions, facts, context);
  const joined = vector === null ? versions : withJoinedVector(versions, vector);
  const merged = mergeStates(joined, { entity, rules, later, answers });
  if (!merged.decided) return undecided(strategy, merged.reason);
  if (vector === null || joined === versions || versions.sql[vector] === versions.mongodb[vector])
    return decided(facts, { state: merged.state, strategy, fields: merged.fields });
  const fields = { ...merged.fields, [(entity.fields[vector] as Field).field]: 'version_vector' };
  return decided(facts, { state: merged.state, strategy, fields });
}

async function answersOf(
  versions: Versions,
  facts: ConflictFacts,
  { entity, policy, custom }: Context,
): Promise<ReadonlyMap<number, FieldAnswer>> {
  const answers = new Map<number, FieldAnswer>();
  for (const [index, call] of fieldCalls(versions, facts, { entity, policy }))
    answers.set(index, readFieldAnswer(await custom(call), entity.fields[index] as Field));
  return answers;
}

interface Outcome {
  readonly state: State;
  readonly strategy: string;
  readonly fields?: Readonly<Record<string, string>>;
}

function decided(facts: ConflictFacts, { state, strategy, fields = {} }: Outcome): Decision {
  const resolution: ConflictResolution = sameState(state, facts.sql.state)
    ? 'sql_wins'
    : sameState(state, facts.mongodb.state)
      ? 'mongo_wins'
      : 'merged';
  return { decided: true, state, resolution, strategy, fields };
}

function undecided(strategy: string, reason: string): Decision {
  return { decided: false, strategy, reason };
}
