/** Who decides a conflict: a person, one side as a whole, the fields one by one, or a module. Must not know how these do it. */
import type { Entity } from '../model/entity.js';
import { isRefused, readRefusal, refusedField } from '../model/refusal.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { ConflictFacts } from './conflict-facts.js';
import { wronglyNull } from './fits-column.js';
import type { Versions } from './merge.js';
import type { DeletePolicy, Policy } from './policy.js';
import { laterByVector } from './record-vector.js';

export type Route =
  | { readonly to: 'person'; readonly strategy: string; readonly reason: string }
  | { readonly to: 'side'; readonly strategy: string; readonly side: Side }
  /** Both records are there. */
  | { readonly to: 'fields'; readonly strategy: string; readonly versions: Versions }
  | { readonly to: 'module'; readonly strategy: string; readonly module: string };

export interface RouteContext {
  readonly policy: Policy;
  readonly entity: Entity;
  /** The side that committed later. */
  readonly later: Side;
}

export function routeOf(facts: ConflictFacts, context: RouteContext): Route {
  const { policy, entity, later } = context;
  const { strategy } = policy;
  if (facts.kind === 'unique_violation') return person(strategy, 'A unique index of the other side refuses the value.');
  if (isRefused(facts.key)) return person(strategy, `The key cannot cross: ${readRefusal(facts.key).reason}`);
  const versions = bothThere(facts);
  const refused = refusedSides(facts, entity);
  const isWhole = strategy === 'lww' || strategy === 'manual';
  if (refused !== null && (versions === null || isWhole)) return person(strategy, refused.reason);
  if (versions === null) return routeDelete(facts, policy.delete, later);
  if (facts.base === null && policy.insert === 'manual')
    return person('manual', 'Both sides inserted this key, and the table’s policy leaves that to a person.');
  if (facts.base === null && entity.sequenceKey && !policy.chosen)
    return person('manual', 'Both sides inserted this key, which a sequence makes: they may be two different records.');
  return routeVersions(versions, { ...context, refused });
}

/** By the table's strategy; a value that cannot cross loses only where the policy says that its side loses anyway. */
function routeVersions(versions: Versions, context: RouteContext & { readonly refused: Refused | null }): Route {
  const { policy, entity, later, refused } = context;
  const { strategy } = policy;
  const take = (side: Side): Route => {
    if (refused?.sides.includes(side) === true) return person(strategy, refused.reason);
    const empty = wronglyNull(entity, versions[side]);
    return empty === null
      ? { to: 'side', strategy, side }
      : person(strategy, `Field ${empty} would be null, which its column must not be.`);
  };
  switch (strategy) {
    case 'lww':
      return take(later);
    case 'prefer_sql':
      return take('sql');
    case 'prefer_mongodb':
      return take('mongodb');
    case 'version_vector': {
      const side = policy.vector === null ? null : laterByVector(versions, policy.vector);
      return side === null ? { to: 'fields', strategy, versions } : take(side);
    }
    case 'merge':
    case 'ot':
    case 'crdt':
      return { to: 'fields', strategy, versions };
    case 'custom':
      if (policy.module !== null) return { to: 'module', strategy, module: policy.module };
      return person(strategy, 'The strategy custom has no module.');
    case 'manual':
      return person(strategy, leftToPerson);
  }
}

const leftToPerson = 'The table’s policy leaves this to a person.';

/** Under every strategy, `custom` too: whether a record lives on is asked of the delete policy alone. */
function routeDelete(facts: ConflictFacts, strategy: DeletePolicy, later: Side): Route {
  const deleted = facts.sql.state === null ? 'sql' : 'mongodb';
  switch (strategy) {
    case 'delete_wins':
      return { to: 'side', strategy, side: deleted };
    case 'update_wins':
      return { to: 'side', strategy, side: otherSide(deleted) };
    case 'lww':
      return { to: 'side', strategy, side: later };
    case 'manual':
      return person(strategy, leftToPerson);
  }
}

function person(strategy: string, reason: string): Route {
  return { to: 'person', strategy, reason };
}

function bothThere({ base, sql, mongodb }: ConflictFacts): Versions | null {
  if (sql.state === null || mongodb.state === null) return null;
  return { base, sql: sql.state, mongodb: mongodb.state };
}

interface Refused {
  /** The sides that hold a value which the other cannot. */
  readonly sides: readonly Side[];
  readonly reason: string;
}

function refusedSides(facts: ConflictFacts, entity: Entity): Refused | null {
  const holders: Side[] = [];
  let reason = '';
  for (const side of sides) {
    const state = facts[side].state;
    const at = refusedField(state);
    if (state === null || at < 0) continue;
    holders.push(side);
    reason ||= `Field ${entity.fields[at]?.field ?? at} cannot cross: ${readRefusal(state[at] as string).reason}`;
  }
  return holders.length === 0 ? null : { sides: holders, reason };
}

/** A row that a load brought wins, an unknown time loses, a tie goes to SQL. `skewMs`: how far SQL's clock is ahead. */
export function laterSide({ sql, mongodb }: ConflictFacts, skewMs: number): Side {
  if (sql.time === 'load') return 'sql';
  if (mongodb.time === 'load') return 'mongodb';
  const sqlTime = sql.time === null ? Number.NEGATIVE_INFINITY : sql.time - skewMs;
  return (mongodb.time ?? Number.NEGATIVE_INFINITY) > sqlTime ? 'mongodb' : 'sql';
}
