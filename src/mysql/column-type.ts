/** Makes a column's type of what information_schema says. Pure. Must not know how it is read. */
import type { ColumnKind, ColumnType } from '../model/entity.js';

export interface TypeFacts {
  /** DATA_TYPE: `int`, `varchar`. */
  readonly dataType: string;
  /** COLUMN_TYPE: `int(10) unsigned zerofill`. */
  readonly columnType: string;
  readonly precision: number | null;
  readonly scale: number | null;
  /** In characters, or bytes. */
  readonly length: number | null;
  /** Digits of a second. */
  readonly fraction: number | null;
  readonly charset: string | null;
  readonly collation: string | null;
  /** MariaDB's JSON is a longtext with a check. */
  readonly checkedJson: boolean;
  /** Part of the primary key: how the server compares its values then counts. */
  readonly inKey: boolean;
}

export type ColumnTypeResult =
  | { readonly type: ColumnType; readonly unmappable: null }
  | { readonly type: null; readonly unmappable: string };

const integers: Readonly<Record<string, readonly [signed: ColumnKind, unsigned: ColumnKind]>> = {
  tinyint: ['int2', 'int2'],
  smallint: ['int2', 'int4'],
  mediumint: ['int4', 'int4'],
  int: ['int4', 'int8'],
  bigint: ['int8', 'int8'],
};

const texts: ReadonlySet<string> = new Set(['tinytext', 'text', 'mediumtext', 'longtext']);
const bytes: ReadonlySet<string> = new Set(['tinyblob', 'blob', 'mediumblob', 'longblob']);

export function columnType(facts: TypeFacts): ColumnTypeResult {
  const { dataType } = facts;
  if (/^(tinyint|bit)\(1\)/.test(facts.columnType)) return mapped({ kind: 'bool', sql: `${dataType}(1)` });
  if (dataType in integers) return integerType(facts);
  if (facts.checkedJson || dataType === 'json') return mapped({ kind: 'json', sql: 'json' });
  if (texts.has(dataType)) return mapped({ kind: 'text', sql: compared('text', facts) });
  if (bytes.has(dataType)) return mapped({ kind: 'bytea', sql: dataType });
  switch (dataType) {
    case 'decimal':
      return mapped({ kind: 'numeric', sql: 'decimal', precision: facts.precision ?? 10, scale: facts.scale ?? 0 });
    case 'float':
    case 'double':
      return floatType(facts);
    case 'char':
    case 'varchar':
      return mapped({ kind: dataType, sql: compared(dataType, facts), length: facts.length ?? 0 });
    case 'binary':
    case 'varbinary':
      return mapped({ kind: 'bytea', sql: dataType, length: facts.length ?? 0 });
    default:
      return rarerType(facts);
  }
}

function rarerType(facts: TypeFacts): ColumnTypeResult {
  const { dataType, columnType } = facts;
  const precision = facts.fraction ?? 0;
  switch (dataType) {
    case 'date':
      return mapped({ kind: 'date', sql: 'date' });
    case 'datetime':
      return mapped({ kind: 'timestamp', sql: 'datetime', precision });
    case 'timestamp':
      return mapped({ kind: 'timestamptz', sql: 'timestamp', precision });
    case 'time':
      return mapped({ kind: 'time', sql: 'time', precision });
    case 'year':
      return columnType === 'year(2)'
        ? unmappable('a YEAR of two digits is ambiguous')
        : mapped({ kind: 'int2', sql: 'year' });
    case 'enum':
      return mapped({ kind: 'enum', sql: compared('enum', facts), labels: labelsOf(columnType) });
    case 'set':
      return mapped({ kind: 'opaque', sql: compared('set', facts), labels: labelsOf(columnType) });
    case 'bit':
      return mapped({ kind: 'opaque', sql: 'bit', length: facts.precision ?? 1 });
    case 'uuid':
      return mapped({ kind: 'uuid', sql: 'uuid' });
    case 'inet4':
    case 'inet6':
      return mapped({ kind: 'opaque', sql: dataType });
    default:
      return unmappable(`the type ${dataType} is not supported`);
  }
}

function integerType({ dataType, columnType }: TypeFacts): ColumnTypeResult {
  const isUnsigned = columnType.includes('unsigned');
  const [signed, unsigned] = integers[dataType] as readonly [ColumnKind, ColumnKind];
  return mapped({ kind: isUnsigned ? unsigned : signed, sql: isUnsigned ? `${dataType} unsigned` : dataType });
}

/** With digits given, the server rounds what is written and says nothing. */
function floatType({ dataType, scale }: TypeFacts): ColumnTypeResult {
  if (scale !== null) return unmappable(`${dataType}(M,D) rounds what is written: alter it to ${dataType} or decimal`);
  return mapped({ kind: dataType === 'float' ? 'float4' : 'float8', sql: dataType });
}

/** In a key the collation is named: the server finds a row by its index only if it is asked in the column's own words. */
function compared(sql: string, { inKey, charset, collation }: TypeFacts): string {
  return inKey && charset !== null && collation !== null ? `${sql} character set ${charset} collate ${collation}` : sql;
}

/** `enum('a','b''c')`; the server doubles quotes and writes a backslash as it is. */
function labelsOf(columnType: string): readonly string[] {
  const found = columnType.matchAll(/'((?:[^']|'')*)'/g);
  return [...found].map((match) => (match[1] as string).replaceAll("''", "'"));
}

function mapped(type: ColumnType): ColumnTypeResult {
  return { type, unmappable: null };
}

function unmappable(reason: string): ColumnTypeResult {
  return { type: null, unmappable: reason };
}
