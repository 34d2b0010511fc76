/** A commented configuration for a schema, as `isthmus init` writes it. Pure: text from the catalog. */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { CatalogTable } from '../model/catalog.js';
import { compileEntity } from '../model/mapping.js';

export interface WriteConfigOptions {
  readonly name: string;
  readonly database: string;
  readonly tables: readonly CatalogTable[];
}

export interface WrittenConfig {
  readonly text: string;
  readonly tables: number;
  /** Tables that stand in the file as comments only, with the reason. */
  readonly leftOut: readonly { readonly table: string; readonly reason: string }[];
}

/** Throws if no table can be synced. */
export function writeConfig({ name, database, tables }: WriteConfigOptions): WrittenConfig {
  const entries = tables.filter(({ partition }) => !partition).map(describeTable);
  const leftOut = entries.flatMap(({ table, reason }) => (reason === null ? [] : [{ table, reason }]));
  if (leftOut.length === entries.length) {
    const reasons = leftOut.map(({ table, reason }) => `${table}: ${reason}`).join('; ');
    throw new IsthmusError('mapping_invalid', {
      message: entries.length === 0 ? 'The database has no tables.' : `No table can be synced: ${reasons}`,
      remedy: 'Give the tables primary keys, or name another database.',
    });
  }
  const text = [...head(name, database), ...entries.flatMap(({ lines }) => lines), ...tail].join('\n');
  return { text: `${text}\n`, tables: entries.length - leftOut.length, leftOut };
}

function head(name: string, database: string): string[] {
  return [
    '# Isthmus: what is synced between PostgreSQL and MongoDB, and how. Every key: docs/configuration.md',
    '# Next: `isthmus check`, then `isthmus run`.',
    '',
    `name: ${name}                # names slot, publication, origin and metadata: isthmus_${name}`,
    '',
    '# Connections hold passwords: they come from the environment. Or from a file: `url: file:/run/secrets/sql_url`.',
    'sql:',
    '  url: "${SQL_URL}"',
    'mongodb:',
    '  url: "${MONGODB_URL}"',
    `  database: ${scalar(database)}`,
    '',
    'direction: both            # or sql_to_mongodb, mongodb_to_sql',
    'initial: sql               # which side fills the other at the first start: sql, mongodb, none',
    '',
    '# A table each; `- table: public.*` takes all that are not named. `fields` renames a column or leaves it out (false).',
    'entities:',
  ];
}

const tail = [
  '',
  '# Who wins where both sides changed a record at the same time: lww (the later write), prefer_sql, prefer_mongodb, manual.',
  'conflict: { strategy: lww, delete: delete_wins }',
  '',
  'api:',
  '  listen: "127.0.0.1:7070" # status page, API and metrics; other than loopback only with a token',
  '  token: "${ISTHMUS_TOKEN:-}"',
];

interface Entry {
  readonly table: string;
  readonly lines: readonly string[];
  readonly reason: string | null;
}

function describeTable(table: CatalogTable): Entry {
  const name = `${table.schema}.${table.name}`;
  const unmappable = table.columns.filter((column) => column.unmappable !== null && !column.generated);
  const fields = Object.fromEntries(unmappable.map((column) => [column.name, false] as const));
  try {
    const entity = compileEntity(table, { table: name, fields });
    return { table: name, reason: null, lines: tableLines(table, entity.sequenceKey) };
  } catch (error) {
    if (!isIsthmusError(error, 'mapping_invalid')) throw error;
    return {
      table: name,
      reason: error.message,
      lines: [`  # - table: ${scalar(name)}`, `  #   left out: ${error.message}. ${error.remedy}`],
    };
  }
}

function tableLines(table: CatalogTable, sequenceKey: boolean): string[] {
  const lines = [`  - table: ${scalar(`${table.schema}.${table.name}`)}`];
  const unmappable = table.columns.filter((column) => column.unmappable !== null && !column.generated);
  if (unmappable.length > 0) lines.push('    fields:');
  for (const { name, unmappable: reason } of unmappable)
    lines.push(`      ${scalar(name)}: false # ${reason ?? 'cannot be mapped'}`);
  const generated = table.columns.filter((column) => column.generated).map(({ name }) => name);
  if (generated.length > 0) lines.push(`    # generated, so left out: ${generated.join(', ')}`);
  if (sequenceKey) {
    lines.push(
      '    # A sequence makes the key: if both sides insert, they may give the same key to two different records. Such a',
    );
    lines.push('    # conflict waits for a person, unless a strategy is named here.');
    lines.push('    # conflict: { strategy: lww }');
  }
  if (table.hasUserTriggers)
    lines.push('    # The table has triggers: what they add to our writes crosses back as a change of PostgreSQL.');
  return lines;
}

/** Names that YAML would read as something else are quoted. */
function scalar(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
