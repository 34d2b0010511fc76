/** Makes a column's type of what ALL_TAB_COLS says. Pure. Must not know how it is read. */
import type { ColumnKind, ColumnType } from '../model/entity.js';

export interface TypeFacts {
  /** DATA_TYPE: `NUMBER`, `TIMESTAMP(6) WITH TIME ZONE`. */
  readonly dataType: string;
  /** DATA_LENGTH, in bytes. */
  readonly bytes: number;
  readonly precision: number | null;
  readonly scale: number | null;
  /** CHAR_LENGTH; 0 where it is no text. */
  readonly characters: number;
}

export type ColumnTypeResult =
  | { readonly type: ColumnType; readonly unmappable: null }
  | { readonly type: null; readonly unmappable: string };

/** What is longer stands beside the row, and is logged as a LOB is (MAX_STRING_SIZE=EXTENDED). */
const inlineBytes: Readonly<Record<string, number>> = { VARCHAR2: 4000, NVARCHAR2: 4000, RAW: 2000 };

const noBefore = 'the log does not have its value before a change, so conflicts could not be told';

const unknown: Readonly<Record<string, string>> = {
  CLOB: noBefore,
  NCLOB: noBefore,
  BLOB: noBefore,
  JSON: noBefore,
  XMLTYPE: noBefore,
  LONG: 'Debezium does not read it',
  'LONG RAW': 'Debezium does not read it',
  BFILE: 'Debezium does not read it',
  BOOLEAN: 'Debezium does not read it: number(1) is read',
  VECTOR: 'Debezium does not read it',
  UROWID: 'Debezium does not read it',
  ROWID: 'it is a place of a row, which is another one elsewhere',
};

export function columnType(facts: TypeFacts): ColumnTypeResult {
  const { dataType, bytes } = facts;
  const inline = inlineBytes[dataType];
  if (inline !== undefined && bytes > inline)
    return unmappable(`a ${dataType} of more than ${inline} bytes is stored as a LOB: ${noBefore}`);
  const time = timeType(dataType);
  if (time !== null) return mapped(time);
  switch (dataType) {
    case 'NUMBER':
      return mapped(numberType(facts));
    case 'FLOAT':
      return mapped({ kind: 'numeric', sql: `float(${facts.precision ?? 126})` });
    case 'BINARY_FLOAT':
      return mapped({ kind: 'float4', sql: 'binary_float' });
    case 'BINARY_DOUBLE':
      return mapped({ kind: 'float8', sql: 'binary_double' });
    case 'CHAR':
    case 'NCHAR':
      return mapped({ kind: 'char', sql: dataType.toLowerCase(), length: facts.characters });
    case 'VARCHAR2':
    case 'NVARCHAR2':
      return mapped({ kind: 'varchar', sql: dataType.toLowerCase(), length: facts.characters });
    case 'RAW':
      return mapped({ kind: 'bytea', sql: 'raw', length: bytes });
    default:
      return unmappable(unknown[dataType] ?? `the type ${dataType} is not supported`);
  }
}

const integers: readonly (readonly [digits: number, kind: ColumnKind])[] = [
  [4, 'int2'],
  [9, 'int4'],
  [18, 'int8'],
];

/** Whole numbers are of the kind that holds all of their digits; `INTEGER` is a number of 38. */
function numberType({ precision, scale }: TypeFacts): ColumnType {
  if (precision === null && scale === null) return { kind: 'numeric', sql: 'number' };
  const digits = precision ?? 38;
  const kind = scale === 0 ? integers.find(([most]) => digits <= most)?.[1] : undefined;
  if (kind !== undefined) return { kind, sql: 'number', precision: digits };
  return { kind: 'numeric', sql: 'number', precision: digits, scale: scale ?? 0 };
}

const timestamp = /^TIMESTAMP\((\d)\)( WITH TIME ZONE| WITH LOCAL TIME ZONE)?$/;

/** A DATE has a time of day, to the second. */
function timeType(dataType: string): ColumnType | null {
  if (dataType === 'DATE') return { kind: 'timestamp', sql: 'date', precision: 0 };
  const match = timestamp.exec(dataType);
  if (match === null) return null;
  const [, digits, zone = ''] = match;
  const sql = `timestamp${zone.toLowerCase()}`;
  return { kind: zone === '' ? 'timestamp' : 'timestamptz', sql, precision: Number(digits) };
}

function mapped(type: ColumnType): ColumnTypeResult {
  return { type, unmappable: null };
}

function unmappable(reason: string): ColumnTypeResult {
  return { type: null, unmappable: reason };
}
