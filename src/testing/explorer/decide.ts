/** The explorer's conflict policy: a side, a merged value, or a person, drawn from the facts alone, so that it is decided alike twice. */
import type { ConflictFacts, Decision, Resolve } from '../../conflict/resolve.js';
import { hashed } from '../random.js';
import { type History, tokenOf } from './history.js';

export function makeDecider(history: History, options: { readonly seed: number; readonly manual: boolean }): Resolve {
  return (facts) => Promise.resolve(decide(facts, history, options));
}

function decide(
  facts: ConflictFacts,
  history: History,
  options: { readonly seed: number; readonly manual: boolean },
): Decision {
  const draw = hashed(JSON.stringify([options.seed, facts.key, facts.base, facts.sql.state, facts.mongodb.state]));
  if (facts.kind === 'unique_violation')
    return { decided: false, strategy: 'explore', reason: 'a unique value is taken' };
  if (options.manual && draw < 0.4) return { decided: false, strategy: 'explore', reason: 'left to a person' };
  const decided = { decided: true, strategy: 'explore', fields: {} } as const;
  const sql = tokenOf(facts.sql.state);
  const mongodb = tokenOf(facts.mongodb.state);
  if (sql !== null && mongodb !== null && sql !== mongodb && draw > 0.8) {
    return {
      ...decided,
      resolution: 'merged',
      state: [history.merge(sql, mongodb), ...(facts.sql.state ?? []).slice(1)],
    };
  }
  const bySql = (draw * 1000) % 2 < 1;
  return bySql
    ? { ...decided, resolution: 'sql_wins', state: facts.sql.state }
    : { ...decided, resolution: 'mongo_wins', state: facts.mongodb.state };
}
