/** Decides a conflict by its table's policy, or says why a person must. Pure: the same facts give the same answer. */
import type { ConflictKind, ConflictResolution, SideVersion } from '../model/conflict.js';
import type { Entity } from '../model/entity.js';
import type { RecordRef, State } from '../model/record.js';
import { isRefused, readRefusal, refusedField } from '../model/refusal.js';
import { otherSide, type Side } from '../model/side.js';
import { defaultPolicy, type Policy } from './policy.js';

export interface ConflictFacts extends RecordRef {
  readonly kind: ConflictKind;
  readonly base: State;
  readonly sql: SideVersion;
  readonly mongodb: SideVersion;
  readonly entity: string;
}

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
}

export function makeResolver(options: ResolverOptions): Resolve {
  return (facts) => Promise.resolve(decide(facts, options));
}

function decide(facts: ConflictFacts, options: ResolverOptions): Decision {
  const policy = options.policies.get(facts.entity) ?? defaultPolicy;
  const entity = options.entities.get(facts.entity);
  const strategy = facts.kind === 'delete_update' ? policy.delete : policy.strategy;
  if (facts.kind === 'unique_violation')
    return undecided(strategy, 'A unique index of the other side refuses the value.');
  const refused = refusalOf(facts, entity);
  if (refused !== null) return byRefusal(facts, policy, refused);
  if (facts.kind === 'insert_insert' && policy.insert === 'manual')
    return undecided('manual', 'Both sides inserted this key, and the table’s policy leaves that to a person.');
  if (facts.kind === 'insert_insert' && entity?.sequenceKey === true && !policy.chosen) {
    return undecided(
      'manual',
      'Both sides inserted this key, which a sequence makes: they may be two different records.',
    );
  }
  const winner = winningSide(facts, strategy, options.skewMs());
  if (winner === null) return undecided(strategy, 'The table’s policy leaves this to a person.');
  return wins(facts, winner, strategy);
}

function winningSide(facts: ConflictFacts, strategy: string, skewMs: number): Side | null {
  switch (strategy) {
    case 'prefer_sql':
      return 'sql';
    case 'prefer_mongodb':
      return 'mongodb';
    case 'delete_wins':
      return facts.sql.state === null ? 'sql' : 'mongodb';
    case 'update_wins':
      return facts.sql.state === null ? 'mongodb' : 'sql';
    case 'lww':
      return laterSide(facts.sql.time, facts.mongodb.time, skewMs);
    default:
      return null;
  }
}

/** A row that a load brought wins, an unknown time loses, a tie goes to SQL. */
export function laterSide(sql: SideVersion['time'], mongodb: SideVersion['time'], skewMs: number): Side {
  if (sql === 'load') return 'sql';
  if (mongodb === 'load') return 'mongodb';
  return (mongodb ?? Number.NEGATIVE_INFINITY) > (sql === null ? Number.NEGATIVE_INFINITY : sql - skewMs)
    ? 'mongodb'
    : 'sql';
}

function wins(facts: ConflictFacts, winner: Side, strategy: string): Decision {
  return {
    decided: true,
    state: facts[winner].state,
    resolution: winner === 'sql' ? 'sql_wins' : 'mongo_wins',
    strategy,
    fields: {},
  };
}

function undecided(strategy: string, reason: string): Decision {
  return { decided: false, strategy, reason };
}

interface Refused {
  /** The sides that hold a value which the other cannot; null: the key itself. */
  readonly sides: readonly Side[] | null;
  readonly reason: string;
}

function refusalOf(facts: ConflictFacts, entity: Entity | undefined): Refused | null {
  if (isRefused(facts.key)) return { sides: null, reason: `The key cannot cross: ${readRefusal(facts.key).reason}` };
  const sides: Side[] = [];
  let reason = '';
  for (const side of ['sql', 'mongodb'] as const) {
    const state = facts[side].state;
    const at = refusedField(state);
    if (state === null || at < 0) continue;
    sides.push(side);
    reason ||= `Field ${entity?.fields[at]?.field ?? at} cannot cross: ${readRefusal(state[at] as string).reason}`;
  }
  return sides.length === 0 ? null : { sides, reason };
}

/** A value that cannot cross loses only where the policy says that its side loses anyway. */
function byRefusal(facts: ConflictFacts, policy: Policy, refused: Refused): Decision {
  const preferred: Side | null =
    policy.strategy === 'prefer_sql' ? 'sql' : policy.strategy === 'prefer_mongodb' ? 'mongodb' : null;
  if (preferred === null || refused.sides === null || refused.sides.includes(preferred))
    return undecided(policy.strategy, refused.reason);
  if (facts[preferred].state === null && facts[otherSide(preferred)].state !== null)
    return undecided(policy.strategy, refused.reason);
  return wins(facts, preferred, policy.strategy);
}
