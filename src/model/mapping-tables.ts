/** Finds the table that each configured entity means; `public.*` takes every table that is not named itself. */
import { didYouMean } from '../base/nearest.js';
import type { CatalogTable } from './catalog.js';
import type { Entity } from './entity.js';
import { compileEntity, type EntityConfig, invalid } from './mapping.js';

export interface ExpandedTable<C extends EntityConfig> {
  readonly table: CatalogTable;
  /** The entry that brought it, with the table's own name in place of a pattern. */
  readonly config: C;
}

/** In the configuration's order; tables of a pattern by name. Throws `mapping_invalid`. */
export function expandTables<C extends EntityConfig>(
  configs: readonly C[],
  tables: readonly CatalogTable[],
): readonly ExpandedTable<C>[] {
  const byName = new Map(tables.map((table) => [nameOf(table), table]));
  const taken = new Set<string>();
  for (const config of configs) {
    const name = fullName(config.table);
    if (name.endsWith('.*')) continue;
    if (taken.has(name)) throw invalid(`${name} stands twice under entities`, 'Keep one of the two entries.');
    taken.add(name);
  }
  const expanded: ExpandedTable<C>[] = [];
  for (const config of configs) {
    const name = fullName(config.table);
    if (name.endsWith('.*')) expanded.push(...expandPattern(name, config, tables, taken));
    else expanded.push({ table: findTable(name, byName), config: { ...config, table: name } });
  }
  return expanded;
}

/** `expandTables`, each compiled; two entities on one collection are a mistake too. */
export function compileEntities<C extends EntityConfig>(
  configs: readonly C[],
  tables: readonly CatalogTable[],
): ReadonlyMap<string, Entity> {
  const entities = new Map<string, Entity>();
  const collections = new Map<string, string>();
  for (const { table, config } of expandTables(configs, tables)) {
    const entity = compileEntity(table, config);
    const other = collections.get(entity.collection);
    if (other !== undefined)
      throw invalid(
        `${other} and ${entity.name} are both paired with the collection ${entity.collection}`,
        `Give one of them its own entry under entities, with a collection.`,
      );
    collections.set(entity.collection, entity.name);
    entities.set(entity.name, entity);
  }
  return entities;
}

function expandPattern<C extends EntityConfig>(
  pattern: string,
  config: C,
  tables: readonly CatalogTable[],
  taken: Set<string>,
): readonly ExpandedTable<C>[] {
  if (config.collection !== undefined)
    throw invalid(
      `${pattern} takes many tables and cannot name one collection`,
      'Remove collection, or name a single table.',
    );
  const schema = pattern.slice(0, -2);
  const inSchema = tables.filter((table) => table.schema === schema && !table.partition);
  if (inSchema.length === 0) {
    const hint = didYouMean(schema, new Set(tables.map((table) => table.schema)));
    throw invalid(`there is no table in the schema ${schema}${hint}`, 'Name a schema that has tables.');
  }
  const found = inSchema.filter((table) => !taken.has(nameOf(table))).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const table of found) taken.add(nameOf(table));
  return found.map((table) => ({ table, config: { ...config, table: nameOf(table) } }));
}

function findTable(name: string, byName: ReadonlyMap<string, CatalogTable>): CatalogTable {
  const table = byName.get(name);
  if (table !== undefined) return table;
  throw invalid(
    `there is no table ${name}${didYouMean(name, byName.keys())}`,
    'Name an existing table, as schema.table.',
  );
}

function nameOf(table: CatalogTable): string {
  return `${table.schema}.${table.name}`;
}

function fullName(table: string): string {
  return table.includes('.') ? table : `public.${table}`;
}
