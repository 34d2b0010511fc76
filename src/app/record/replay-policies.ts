/** The policies that decide a replay: the configured ones, or one strategy for every table that it fits. Pure. */
import type { Config } from '../../config/schema.js';
import type { Policy, Strategy } from '../../conflict/policy.js';
import type { Entity } from '../../model/entity.js';
import { compileFor, type PolicyWish } from '../policies.js';
import { namedTables } from '../read-schema.js';

export type ReplayStrategy = Strategy | 'configured';

export interface Unfit {
  readonly table: string;
  readonly reason: string;
}

export interface ReplayPolicies {
  readonly policies: ReadonlyMap<string, Policy>;
  /** Tables that the strategy does not fit: nothing can be said about their conflicts. */
  readonly unfit: readonly Unfit[];
}

const byField: readonly ReplayStrategy[] = ['merge', 'version_vector', 'ot', 'crdt'];

/** A table's own delete policy stands, and its field rules where the strategy has a use for them. */
export function replayPolicies(
  config: Config,
  entities: ReadonlyMap<string, Entity>,
  strategy: ReplayStrategy,
): ReplayPolicies {
  const policies = new Map<string, Policy>();
  const unfit: Unfit[] = [];
  for (const entity of entities.values()) {
    const own = wishFor(config, entity.name);
    const wish = strategy === 'configured' ? own : withStrategy(own, strategy);
    const { policy, problems } = compileFor(config, wish, entity);
    const [first] = problems;
    if (first === undefined) policies.set(entity.name, policy);
    else unfit.push({ table: entity.name, reason: first.message });
  }
  return { policies, unfit };
}

function withStrategy(wish: PolicyWish, strategy: Strategy): PolicyWish {
  const { fields, module, vector, ...rest } = wish.conflict ?? {};
  return {
    ...wish,
    // Somebody asks for it, for this very table.
    pattern: false,
    conflict: {
      ...rest,
      strategy,
      ...(fields === undefined || !byField.includes(strategy) ? {} : { fields }),
      ...(module === undefined || strategy !== 'custom' ? {} : { module }),
      ...(vector === undefined || strategy !== 'version_vector' ? {} : { vector }),
    },
  };
}

/** The table's own entry, or the pattern that took it. */
function wishFor(config: Config, table: string): PolicyWish {
  const wishes = namedTables(config);
  const pattern = `${table.slice(0, table.indexOf('.'))}.*`;
  const found = wishes.find((wish) => wish.table === table) ?? wishes.find((wish) => wish.table === pattern);
  return found === undefined ? { table, fields: {}, pattern: true } : { ...found, table };
}
