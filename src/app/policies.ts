/** The conflict policy of each entity, from the configuration. Pure. */
import { IsthmusError } from '../base/errors.js';
import type { EntityFileConfig } from '../config/entity-schema.js';
import type { Config } from '../config/schema.js';
import type { Policy, Strategy } from '../conflict/policy.js';

const strategies: readonly string[] = ['lww', 'prefer_sql', 'prefer_mongodb', 'manual'] satisfies Strategy[];

/** `entity`: what the configuration says of the table itself; undefined: it is there through a pattern only. */
export function policyFor(config: Config, entity: EntityFileConfig | undefined): Policy {
  const own = entity?.conflict ?? {};
  const strategy = own.strategy ?? config.conflict.strategy;
  if (!isAvailable(strategy)) throw new IsthmusError('invariant_broken', { message: `The strategy ${strategy} passed the check of the configuration.` });
  const named = entity !== undefined && !entity.table.endsWith('*');
  return { strategy, delete: own.delete ?? config.conflict.delete, chosen: named && own.strategy !== undefined };
}

function isAvailable(strategy: string): strategy is Strategy {
  return strategies.includes(strategy);
}
