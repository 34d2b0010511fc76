/** The conflict policy of each entity, from the configuration. Pure. */
import { IsthmusError } from '../base/errors.js';
import type { EntityFileConfig } from '../config/entity-schema.js';
import type { Config } from '../config/schema.js';
import { type CompiledPolicy, compilePolicy } from '../conflict/compile-policy.js';
import type { Policy } from '../conflict/policy.js';
import type { Entity } from '../model/entity.js';

/** `pattern`: the entry took many tables, so that its strategy was not chosen for one of them. */
export type PolicyWish = EntityFileConfig & { readonly pattern: boolean };

/** The table's own section over the one for every other table. */
export function compileFor(config: Config, wish: PolicyWish, entity: Entity): CompiledPolicy {
  const own = wish.conflict ?? {};
  const usual = config.conflict;
  const strategy = own.strategy ?? usual.strategy;
  // A module belongs to the section that asks for `custom`; a table that chose another strategy does not inherit it.
  const module = own.module ?? (strategy === 'custom' ? usual.module : undefined);
  return compilePolicy(
    {
      strategy,
      delete: own.delete ?? usual.delete,
      ...(own.insert === undefined ? {} : { insert: own.insert }),
      chosen: !wish.pattern && own.strategy !== undefined,
      ...(own.fields === undefined ? {} : { fields: own.fields }),
      ...(module === undefined ? {} : { module }),
      ...(own.vector === undefined ? {} : { vector: own.vector }),
    },
    entity,
  );
}

/** Throws `policy_invalid`, which tells all that is wrong. */
export function policyFor(config: Config, wish: PolicyWish, entity: Entity): Policy {
  const { policy, problems } = compileFor(config, wish, entity);
  const [first] = problems;
  if (first === undefined) return policy;
  throw new IsthmusError('policy_invalid', {
    message: problems.map(({ message }) => message).join('\n  '),
    remedy: first.remedy,
  });
}
