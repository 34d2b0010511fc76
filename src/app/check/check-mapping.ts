/** What `check` says of each table: whether it can be synced as configured, and what to mind. Pure. */
import { isIsthmusError } from '../../base/errors.js';
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { Config } from '../../config/schema.js';
import type { Policy } from '../../conflict/policy.js';
import type { CatalogTable } from '../../model/catalog.js';
import type { Entity } from '../../model/entity.js';
import { compileEntity } from '../../model/mapping.js';
import { type ExpandedTable, expandTables } from '../../model/mapping-tables.js';
import { compileFor } from '../policies.js';
import { type Mapping, type NamedConfig, namedTables } from '../read-schema.js';

export interface CheckedMapping extends Mapping {
  readonly findings: readonly Finding[];
}

/** A table that cannot be synced is a finding, and the others are checked all the same. */
export function checkMapping(config: Config, tables: readonly CatalogTable[]): CheckedMapping {
  const findings: Finding[] = [];
  const entities = new Map<string, Entity>();
  const policies = new Map<string, Policy>();
  const collections = new Map<string, string>();
  for (const { table, config: wish } of expandEach(namedTables(config), tables, findings)) {
    const found = attempt(() => compileEntity(table, wish), `mapping.${wish.table}`, findings);
    if (found === null) continue;
    const rival = collections.get(found.collection);
    if (rival !== undefined) {
      findings.push(
        failed(
          `mapping.${found.name}`,
          `${found.name} and ${rival} are both paired with the collection ${found.collection}`,
          'Give one of them another collection.',
        ),
      );
      continue;
    }
    collections.set(found.collection, found.name);
    entities.set(found.name, found);
    const { policy, problems } = compileFor(config, wish, found);
    for (const { field, message, remedy } of problems)
      findings.push(failed(`policy.${found.name}${field === null ? '' : `.${field}`}`, message, remedy));
    policies.set(found.name, policy);
    findings.push(...entityFindings(found, { table, policy, config }));
  }
  return { entities, policies, findings };
}

/** One entry at a time, so that a wrong one does not hide the others. */
function expandEach(
  configs: readonly NamedConfig[],
  tables: readonly CatalogTable[],
  findings: Finding[],
): ExpandedTable<NamedConfig>[] {
  const known = (config: NamedConfig): boolean =>
    config.pattern || attempt(() => expandTables([config], tables), `mapping.${config.table}`, findings) !== null;
  const good = configs.filter(known);
  return [...(attempt(() => expandTables(good, tables), 'mapping.entities', findings) ?? [])];
}

function attempt<T>(work: () => T, id: string, findings: Finding[]): T | null {
  try {
    return work();
  } catch (error) {
    if (!isIsthmusError(error, 'mapping_invalid')) throw error;
    findings.push(failed(id, error.message, error.remedy));
    return null;
  }
}

interface Facts {
  readonly table: CatalogTable;
  readonly policy: Policy;
  readonly config: Config;
}

function entityFindings(entity: Entity, { table, policy, config }: Facts): Finding[] {
  const { name, collection, key, fields } = entity;
  const columns = key.length + fields.length;
  const findings = [
    ok(
      `mapping.${name}`,
      `${name} ↔ ${collection}: ${columns} columns, key ${key.map(({ column }) => column).join(', ')}`,
    ),
  ];
  if (entity.sequenceKey && config.direction === 'both' && !policy.chosen) {
    findings.push(
      warning(
        `sequence_key.${name}`,
        `${name}: a sequence makes the key, so both sides may give the same one to two different records; such conflicts wait for a person`,
        `Let one side only insert, use keys that cannot meet (uuid), or name a strategy in the entity’s \`conflict\`.`,
      ),
    );
  }
  if (table.hasUserTriggers) {
    findings.push(
      warning(
        `triggers.${name}`,
        `${name} has triggers`,
        'They are not run for our writes where the role may set session_replication_role; what they change otherwise crosses back.',
      ),
    );
  }
  return findings;
}
