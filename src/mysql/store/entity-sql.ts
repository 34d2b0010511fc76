/** An entity in MariaDB's SQL: its quoted names, its codecs, and what surrounds a value on its way. Compiled once per entity. */
import type { ColumnType, Entity, Field } from '../../model/entity.js';
import type { SqlCodec } from '../../sql/sql-codec.js';
import { literal, quoted, quotedTable } from '../names.js';
import { sqlCodec } from '../types.js';

export interface ColumnSql {
  readonly name: string;
  readonly type: ColumnType;
  readonly codec: SqlCodec;
  /** The column of table `t`, as the text that the codec reads. */
  readonly selected: string;
  /** What a text becomes that is stored in the column. */
  stored(text: string): string;
}

export interface KeyColumnSql extends ColumnSql {
  /** The type of a key's text in `json_table`: one that is compared with the column by its index. */
  readonly given: string;
  /** What is compared with the column. */
  compared(given: string): string;
  /**
   * Whether the column's collation, or the padding of its texts, takes different ones for equal: then what was found must be
   * compared by its bytes too.
   */
  readonly loose: boolean;
}

export interface EntitySql {
  readonly entity: Entity;
  readonly table: string;
  readonly key: readonly KeyColumnSql[];
  readonly fields: readonly ColumnSql[];
}

export function compileEntitySql(entity: Entity): EntitySql {
  return {
    entity,
    table: quotedTable(entity),
    key: entity.key.map(keyColumnSql),
    fields: entity.fields.map(columnSql),
  };
}

export const textType = 'longtext character set utf8mb4';

function columnSql({ column, type }: Field): ColumnSql {
  const name = quoted(column);
  return { name, type, codec: sqlCodec(type), selected: selected(`t.${name}`, type), stored: stored(type) };
}

/** A float's own text has six digits; bits and bytes have none. */
function selected(column: string, { kind, sql, length }: ColumnType): string {
  if (kind === 'float4') return `cast(${column} as double)`;
  if (kind === 'bytea') return `hex(${column})`;
  if (sql === 'bit(1)') return `${column} + 0`;
  if (sql === 'bit') return `lpad(bin(${column} + 0), ${length}, '0')`;
  return column;
}

/**
 * Always an expression: from column to column MariaDB copies a text that is too long without an error, cut by the lowest bits
 * of its length (256 bytes in a tinytext: none).
 */
function stored({ kind, sql }: ColumnType): (text: string) => string {
  if (kind === 'bytea') return (text) => `unhex(${text})`;
  // A bit(1) is a bool, whose text is the digit itself.
  if (sql === 'bit(1)' || sql === 'bit') return (text) => `cast(conv(${text}, 2, 10) as unsigned)`;
  return (text) => `concat(${text})`;
}

const collated = / character set (\w+) collate (\w+)$/;

/** Orders and compares by bytes, and takes spaces at the end for what they are. */
const exactCollation = /_nopad_bin$|_0900_bin$|^binary$/;

/** Of a key column whose text has one. */
export function collationOf(type: ColumnType): { readonly charset: string; readonly collation: string } | null {
  const match = collated.exec(type.sql);
  return match === null ? null : { charset: match[1] as string, collation: match[2] as string };
}

export function isExact(type: ColumnType): boolean {
  const found = collationOf(type);
  return found !== null && exactCollation.test(found.collation) && /^(utf8mb4|utf8mb3|utf8|ascii)$/.test(found.charset);
}

function keyColumnSql(field: Field): KeyColumnSql {
  const column = columnSql(field);
  const collation = collationOf(field.type);
  return {
    ...column,
    given: given(field.type),
    compared: compared(field.type),
    loose: collation !== null && !isExact(field.type),
  };
}

function compared(type: ColumnType): (given: string) => string {
  const collation = collationOf(type);
  if (collation !== null) return (text) => `convert(${text} using ${collation.charset}) collate ${collation.collation}`;
  if (type.kind === 'uuid') return (text) => `cast(${text} as uuid)`;
  return type.kind === 'bytea' ? stored(type) : (text) => text;
}

/** A number that was compared as a text would be compared as a double. */
function given(type: ColumnType): string {
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
      return type.sql.endsWith('unsigned') ? 'bigint unsigned' : 'bigint';
    case 'numeric':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'date':
      return 'date';
    case 'timestamp':
    case 'timestamptz':
      return 'datetime(6)';
    case 'time':
      return 'time(6)';
    default:
      return textType;
  }
}

/** A single value of a key column in a statement, as what the column compares with. */
export function keyLiteral(column: KeyColumnSql, text: string): string {
  switch (column.type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
      // Digits, as every canonical number and every text of such a column.
      return /^-?\d+(\.\d+)?$/.test(text) ? text : literal(text);
    case 'bytea':
      return /^[0-9a-f]*$/i.test(text) ? `x'${text}'` : literal(text);
    case 'uuid':
      return `cast(${literal(text)} as uuid)`;
    case 'timestamp':
    case 'timestamptz':
      return `cast(${literal(text)} as datetime(6))`;
    case 'time':
      return `cast(${literal(text)} as time(6))`;
    default:
      return literal(text);
  }
}
