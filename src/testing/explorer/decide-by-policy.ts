/** Conflicts decided by the product's own resolver, with a note of what each merged state was made from. */

import type { RunCustom } from '../../conflict/custom.js';
import type { Policy } from '../../conflict/policy.js';
import type { ConflictFacts, Decision, Resolve } from '../../conflict/resolve.js';
import { makeResolver } from '../../conflict/resolve.js';
import type { Entity } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { drawnModule } from './draw-policy.js';
import type { History } from './history.js';

export interface PolicyDecider {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly policy: Policy;
  readonly history: History;
  /** Loses what MongoDB alone changed, to show that this is found. */
  readonly loses: boolean;
  /** How far SQL's clock is ahead. */
  readonly skewMs: number;
  /** Modules take a while to answer. */
  readonly moduleAnswers: () => Promise<void>;
}

export function makePolicyDecider({ entities, policy, history, loses, skewMs, moduleAnswers }: PolicyDecider): Resolve {
  const custom: RunCustom = async (call) => {
    await moduleAnswers();
    return drawnModule(call);
  };
  const policies = new Map([...entities.keys()].map((name) => [name, policy]));
  const resolve = makeResolver({ entities, policies, skewMs: () => skewMs, custom });
  return async (facts) => {
    const right = await resolve(facts);
    const decision = loses ? losing(facts, right) : right;
    if (decision.decided && decision.resolution === 'merged')
      history.derive(decision.state, [facts.sql.state, facts.mongodb.state]);
    return decision;
  };
}

function losing({ base, sql, mongodb }: ConflictFacts, decision: Decision): Decision {
  if (!decision.decided || decision.resolution !== 'merged' || decision.state === null) return decision;
  const state = decision.state.map((value, index) =>
    sql.state?.[index] === base?.[index] && mongodb.state !== null ? (sql.state?.[index] as Value) : value,
  );
  return { ...decision, state };
}
