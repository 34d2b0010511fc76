/** `isthmus check --resolvers`: each table's policy, tried on generated conflicts. Reads the schema, and nothing else of a database. */
import type { Finding } from '../../base/finding.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import { CustomRunner } from '../custom/custom-runner.js';
import { type Mapping, readSchema } from '../read-schema.js';
import { noTables } from './check.js';
import { checkMapping } from './check-mapping.js';
import { resolverFindings } from './resolver-findings.js';
import { tryResolver } from './resolver-trial.js';

/** Throws `sql_unreachable` if PostgreSQL does not answer. */
export async function checkResolvers(config: Config, { log }: { readonly log: Logger }): Promise<readonly Finding[]> {
  const { tables } = await readSchema(config, { log });
  const mapping = checkMapping(config, tables);
  const mistakes = mapping.findings.filter(({ state }) => state === 'failed');
  // A policy with a mistake lacks what the mistake is about.
  const isWhole = (table: string): boolean => !mistakes.some(({ id }) => `${id}.`.startsWith(`policy.${table}.`));
  const policies = new Map([...mapping.policies].filter(([table]) => isWhole(table)));
  return [...mistakes, ...(await tryMapping({ ...mapping, policies })), ...noTables(mapping.entities.size)];
}

/** A table whose module cannot be loaded is told, and not tried. */
export async function tryMapping({ entities, policies }: Mapping): Promise<readonly Finding[]> {
  const custom = new CustomRunner();
  try {
    const findings: Finding[] = [];
    for (const [name, entity] of entities) {
      const policy = policies.get(name);
      if (policy === undefined) continue;
      const unusable = (await custom.check(new Map([[name, policy]]))).filter(({ state }) => state === 'failed');
      findings.push(...unusable);
      if (unusable.length > 0) continue;
      const trial = await tryResolver({ entity, policy, ask: (call) => custom.ask(call) });
      findings.push(...resolverFindings({ entity, policy, trial }));
    }
    return findings;
  } finally {
    await custom.close();
  }
}
