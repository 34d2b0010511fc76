/** The conflict policy of each entity, from the configuration. Pure. */
import { IsthmusError } from '../base/errors.js';
import type { EntityFileConfig } from '../config/entity-schema.js';
import type { Config } from '../config/schema.js';
import type { Policy, Strategy } from '../conflict/policy.js';

const strategies: readonly string[] = ['lww', 'prefer_sql', 'prefer_mongodb', 'manual'] satisfies Strategy[];

/** `pattern`: the entry took many tables, so that its strategy was not chosen for one of them. */
export function policyFor(config: Config, entity: EntityFileConfig & { readonly pattern: boolean }): Policy {
  const own = entity.conflict ?? {};
  const strategy = own.strategy ?? config.conflict.strategy;
  if (!isAvailable(strategy))
    throw new IsthmusError('invariant_broken', {
      message: `The strategy ${strategy} passed the check of the configuration.`,
    });
  return {
    strategy,
    delete: own.delete ?? config.conflict.delete,
    chosen: !entity.pattern && own.strategy !== undefined,
    rules: new Map(),
    vector: null,
    module: null,
  };
}

function isAvailable(strategy: string): strategy is Strategy {
  return strategies.includes(strategy);
}
