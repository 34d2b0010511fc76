/** An entity in Oracle's SQL: its quoted names, its codecs, and what surrounds a value on its way. Compiled once per entity. */
import type { ColumnType, Entity, Field } from '../../model/entity.js';
import type { SqlCodec } from '../../sql/sql-codec.js';
import { quoted, quotedTable } from '../names.js';
import type { BindKind, BindValue } from '../statement.js';
import { sqlCodec } from '../types.js';

export interface ColumnSql {
  readonly name: string;
  readonly type: ColumnType;
  readonly codec: SqlCodec;
  /** The column of table `t`, as what the codec reads. */
  readonly selected: string;
  readonly kind: BindKind;
  /** What is bound of a text of the codec's. */
  bind(text: string | null): BindValue;
  /** What a placeholder becomes that is stored in the column. */
  stored(placeholder: string): string;
}

export interface KeyColumnSql extends ColumnSql {
  /** What is compared with the column, so that its index serves. */
  compared(placeholder: string): string;
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
    key: entity.key.map((field) => ({ ...columnSql(field), compared: compared(field.type) })),
    fields: entity.fields.map(columnSql),
  };
}

function columnSql({ column, type }: Field): ColumnSql {
  const name = quoted(column);
  const kind = bindKind(type);
  return {
    name,
    type,
    kind,
    codec: sqlCodec(type),
    selected: selected(`t.${name}`, type),
    bind: bind(type),
    stored: stored(type),
  };
}

function bindKind({ kind, sql }: ColumnType): BindKind {
  if (kind === 'float4') return 'float';
  if (kind === 'float8') return 'double';
  return sql === 'nchar' || sql === 'nvarchar2' ? 'national' : 'text';
}

function bind({ kind }: ColumnType): (text: string | null) => BindValue {
  if (kind === 'float4' || kind === 'float8') return (text) => (text === null ? null : Number(text));
  // Here, since the server would put a zone behind a NULL too.
  if (kind === 'timestamptz') return (text) => (text === null ? null : `${text} +00:00`);
  return (text) => text;
}

const formats = {
  date: 'SYYYY-MM-DD HH24:MI:SS',
  timestamp: 'SYYYY-MM-DD HH24:MI:SS.FF',
  zoned: 'SYYYY-MM-DD HH24:MI:SS.FF TZH:TZM',
} as const;

/** Times as text in UTC, since the driver would cut them to milliseconds; all else comes from the driver as it is. */
function selected(column: string, { kind, sql }: ColumnType): string {
  if (sql === 'date') return `to_char(${column}, '${formats.date}')`;
  if (kind === 'timestamp') return `to_char(${column}, '${formats.timestamp}9')`;
  if (kind === 'timestamptz') return `to_char(sys_extract_utc(${column}), '${formats.timestamp}9')`;
  return column;
}

/** Nothing is left to conversions that the server would make by itself. */
function stored({ kind, sql }: ColumnType): (placeholder: string) => string {
  switch (kind) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
      return (value) => `to_number(${value})`;
    case 'timestamp':
      return sql === 'date'
        ? (value) => `to_date(${value}, '${formats.date}')`
        : (value) => `to_timestamp(${value}, '${formats.timestamp}')`;
    case 'timestamptz':
      return (value) => `to_timestamp_tz(${value}, '${formats.zoned}')`;
    case 'bytea':
      return (value) => `hextoraw(${value})`;
    default:
      return (value) => value;
  }
}

/** A text of another type than the column would be compared without its padding, or have the column converted. */
function compared(type: ColumnType): (placeholder: string) => string {
  const { sql, length } = type;
  if (sql === 'char') return (value) => `cast(${value} as char(${length} char))`;
  if (sql === 'nchar') return (value) => `cast(${value} as nchar(${length}))`;
  const store = stored(type);
  if (sql === 'timestamp with local time zone')
    return (value) => `cast(${store(value)} as timestamp(9) with local time zone)`;
  return store;
}
