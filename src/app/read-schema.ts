/** The tables of the configured schemas, and the entities that the configuration makes of them. */
import type { Logger } from '../base/logger.js';
import { defaultSchema } from '../config/connection.js';
import type { EntityFileConfig } from '../config/entity-schema.js';
import type { Config } from '../config/schema.js';
import type { Policy } from '../conflict/policy.js';
import type { CatalogTable } from '../model/catalog.js';
import type { Entity } from '../model/entity.js';
import { compileEntities, expandTables } from '../model/mapping-tables.js';
import { policyFor } from './policies.js';
import { readSqlCatalog } from './sql-server.js';

export interface Schema {
  readonly tables: readonly CatalogTable[];
}

export interface Mapping {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly policies: ReadonlyMap<string, Policy>;
}

export async function readSchema(config: Config, { log }: { readonly log: Logger }): Promise<Schema> {
  const schemas = new Set(namedTables(config).map(({ table }) => table.slice(0, table.indexOf('.'))));
  return { tables: await readSqlCatalog(config, { schemas: [...schemas], log }) };
}

/** Throws `mapping_invalid` and `policy_invalid`. */
export function mapSchema(config: Config, { tables }: Schema): Mapping {
  const configs = namedTables(config);
  const entities = compileEntities(configs, tables);
  const policies = expandTables(configs, tables).map(
    ({ config: wish }) => [wish.table, policyFor(config, wish, entities.get(wish.table) as Entity)] as const,
  );
  return { entities, policies: new Map(policies) };
}

/** `readSchema` and `mapSchema`. */
export async function readMapping(config: Config, deps: { readonly log: Logger }): Promise<Mapping> {
  return mapSchema(config, await readSchema(config, deps));
}

export interface NamedConfig extends EntityFileConfig {
  /** The entry took many tables: its policy was not chosen for one of them. */
  readonly pattern: boolean;
}

/** A table without a schema is one of `sql.schema`, or of the URL's database where databases have no schemas. */
export function namedTables(config: Config): NamedConfig[] {
  const schema = defaultSchema(config.sql);
  return config.entities.map((entity) => ({
    ...entity,
    table: entity.table.includes('.') ? entity.table : `${schema}.${entity.table}`,
    pattern: entity.table.endsWith('*'),
  }));
}
