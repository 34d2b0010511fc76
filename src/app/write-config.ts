/** A commented configuration for a schema, as `isthmus init` writes it. Pure: text from the catalog. */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { SqlServer } from '../config/connection.js';
import { advise } from '../conflict/advise.js';
import type { CatalogTable } from '../model/catalog.js';
import type { Entity } from '../model/entity.js';
import { compileEntity } from '../model/mapping.js';
import { conflictLines, scalar, textScalar } from './advise/advice-text.js';

export interface WriteConfigOptions {
  readonly server: SqlServer;
  readonly name: string;
  readonly database: string;
  readonly tables: readonly CatalogTable[];
  /** Average bytes of the columns' values, by `schema.table` and column, as far as they are known. */
  readonly averageBytes: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface WrittenConfig {
  readonly text: string;
  readonly tables: number;
  /** Tables that stand in the file as comments only, with the reason. */
  readonly leftOut: readonly { readonly table: string; readonly reason: string }[];
}

/** Throws if no table can be synced. */
export function writeConfig({ server, name, database, tables, averageBytes }: WriteConfigOptions): WrittenConfig {
  const entries = tables
    .filter(({ partition }) => !partition)
    .map((table) => describeTable(table, averageBytes.get(`${table.schema}.${table.name}`) ?? new Map()));
  const leftOut = entries.flatMap(({ table, reason }) => (reason === null ? [] : [{ table, reason }]));
  if (leftOut.length === entries.length) {
    const reasons = leftOut.map(({ table, reason }) => `${table}: ${reason}`).join('; ');
    throw new IsthmusError('mapping_invalid', {
      message: entries.length === 0 ? 'The database has no tables.' : `No table can be synced: ${reasons}`,
      remedy: 'Give the tables primary keys, or name another database.',
    });
  }
  const text = [...head({ server, name, database, tables }), ...entries.flatMap(({ lines }) => lines), ...tail].join(
    '\n',
  );
  return { text: `${text}\n`, tables: entries.length - leftOut.length, leftOut };
}

function head({ server, name, database, tables }: Omit<WriteConfigOptions, 'averageBytes'>): string[] {
  return [
    `# Isthmus: what is synced between ${server} and MongoDB, and how. Every key: docs/configuration.md`,
    `# Next: ${server !== 'PostgreSQL' ? '`isthmus prepare`, the connector that it prints, ' : ''}\`isthmus check\`, then \`isthmus run\`.`,
    '',
    `name: ${name}                # names slot, publication, origin and metadata: isthmus_${name}`,
    '',
    '# Connections hold passwords: they come from the environment. Or from a file: `url: file:/run/secrets/sql_url`.',
    'sql:',
    '  url: "${SQL_URL}"',
    'mongodb:',
    '  url: "${MONGODB_URL}"',
    `  database: ${scalar(database)}`,
    ...(server === 'PostgreSQL' ? [] : debeziumLines),
    '',
    'direction: both            # or sql_to_mongodb, mongodb_to_sql',
    'initial: sql               # which side fills the other at the first start: sql, mongodb, none',
    '',
    `# A table each; \`- table: ${tables[0]?.schema ?? 'public'}.*\` takes all that are not named. \`fields\` renames a column or leaves it out (false).`,
    '# `conflict` is what `isthmus advise` proposes from types and names: read it once, you know your data better.',
    'entities:',
  ];
}

/** The log of other servers is read by Debezium's connector, which writes to Kafka. */
const debeziumLines = [
  '',
  '# A Debezium connector reads the log: docs/operate.md, With Debezium.',
  'transport:',
  '  kind: kafka',
  '  brokers: ["localhost:9092"]',
  '  format: debezium',
  'apply:',
  '  atomic: record           # transactions are spread over partitions; transaction: with partitions: 1',
];

const tail = [
  '',
  '# Every other table. Where both sides changed a record at the same time: lww (the later write wins), prefer_sql,',
  '# prefer_mongodb, merge (field by field), manual (a person decides) … docs/conflicts.md says which when.',
  'conflict: { strategy: lww, delete: delete_wins }',
  '',
  'api:',
  '  listen: "127.0.0.1:7070" # dashboard, API and metrics; other than loopback only with a token',
  '  token: "${ISTHMUS_TOKEN:-}"',
];

interface Entry {
  readonly table: string;
  readonly lines: readonly string[];
  readonly reason: string | null;
}

function describeTable(table: CatalogTable, averageBytes: ReadonlyMap<string, number>): Entry {
  const name = `${table.schema}.${table.name}`;
  const unmappable = table.columns.filter((column) => column.unmappable !== null && !column.generated);
  const fields = Object.fromEntries(unmappable.map((column) => [column.name, false] as const));
  try {
    const entity = compileEntity(table, { table: name, fields });
    return { table: name, reason: null, lines: [...tableLines(table), ...policyLines(entity, averageBytes)] };
  } catch (error) {
    if (!isIsthmusError(error, 'mapping_invalid')) throw error;
    return {
      table: name,
      reason: error.message,
      lines: [`  # - table: ${scalar(name)}`, `  #   left out: ${error.message}. ${error.remedy}`],
    };
  }
}

function tableLines(table: CatalogTable): string[] {
  const lines = [`  - table: ${textScalar(`${table.schema}.${table.name}`)}`];
  const unmappable = table.columns.filter((column) => column.unmappable !== null && !column.generated);
  if (unmappable.length > 0) lines.push('    fields:');
  for (const { name, unmappable: reason } of unmappable)
    lines.push(`      ${scalar(name)}: false # ${reason ?? 'cannot be mapped'}`);
  const generated = table.columns.filter((column) => column.generated).map(({ name }) => scalar(name));
  if (generated.length > 0) lines.push(`    # generated, so left out: ${generated.join(', ')}`);
  if (table.hasUserTriggers)
    lines.push('    # The table has triggers: what they add to our writes crosses back as a change of PostgreSQL.');
  return lines;
}

/** The usual policy stands at the end of the file; a table says only what differs from it. */
function policyLines(entity: Entity, averageBytes: ReadonlyMap<string, number>): string[] {
  const advice = advise({
    entity,
    criticality: 'low',
    rate: null,
    averageBytes,
    chosen: {},
    kept: { delete: null, insertManual: false },
    collisions: new Map(),
  });
  if (advice.strategy !== 'lww') return conflictLines(advice);
  return entity.sequenceKey
    ? [
        '    # A sequence makes the key: if both sides insert, they may give the same key to two different records. Such a',
        '    # conflict waits for a person.',
      ]
    : [];
}
