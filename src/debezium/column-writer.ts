/**
 * A column's values in canonical form → JSON as Debezium's connector for PostgreSQL writes them with the settings that `prepare`
 * prints: `postgres-columns.ts` reads the same, and docs/operate.md has the table. JSON as text, since a number may have more digits than
 * a double holds. Pure. Must not know messages.
 */
import { type CanonicalArray, readArray } from '../model/canonical.js';
import type { ColumnType } from '../model/entity.js';
import { specialDecimals } from './read-number.js';
import type { ValueWriter } from './value-writer.js';
import { timestampWriter, timeWriter, writeDate, writeInterval, writeZonedTime, zonedWriter } from './write-time.js';

const same: ValueWriter = (value) => value;
const asString: ValueWriter = (value) => JSON.stringify(value);

/** Made once per column: choosing happens here, not per value. */
export function columnWriter(type: ColumnType): ValueWriter {
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
      return same;
    case 'float4':
    case 'float8':
      return (value) => (/[Ny]/.test(value) ? `"${value}"` : value);
    case 'numeric':
      return decimalWriter(type);
    case 'char':
      return charWriter(type);
    case 'timestamptz':
      return zonedWriter(type);
    case 'timestamp':
      return timestampWriter(type);
    case 'date':
      return writeDate;
    case 'time':
      return timeWriter(type);
    case 'timetz':
      return writeZonedTime;
    case 'interval':
      return writeInterval;
    case 'bytea':
      return (value) => `"${Buffer.from(value, 'hex').toString('base64')}"`;
    case 'opaque':
      return opaqueWriter(type);
    case 'array':
      return arrayWriter(columnWriter(type.element as ColumnType));
    case 'text':
    case 'varchar':
    case 'citext':
    case 'uuid':
    case 'json':
    case 'jsonb':
    case 'enum':
      return asString;
  }
}

function decimalWriter({ scale = 0 }: ColumnType): ValueWriter {
  const special = new Map(Object.entries(specialDecimals).map(([name, value]) => [value, name]));
  return (value) => {
    const name = special.get(value);
    if (name !== undefined) return `"${name}"`;
    const point = value.indexOf('.');
    const missing = scale - (point < 0 ? 0 : value.length - point - 1);
    if (missing <= 0) return `"${value}"`;
    return `"${value}${point < 0 ? '.' : ''}${'0'.repeat(missing)}"`;
  };
}

function charWriter({ length = 0 }: ColumnType): ValueWriter {
  return (value) => JSON.stringify(value + ' '.repeat(Math.max(0, length - [...value].length)));
}

function opaqueWriter({ sql }: ColumnType): ValueWriter {
  if (sql === 'pg_catalog.oid') return same;
  // `interval year to month` and the like.
  return sql === 'interval' ? writeInterval : asString;
}

function arrayWriter(element: ValueWriter): ValueWriter {
  const write = (array: CanonicalArray): string => {
    const items = array.map((each) => {
      if (each === null) return 'null';
      return typeof each === 'string' ? element(each) : write(each);
    });
    return `[${items.join(',')}]`;
  };
  return (value) => write(readArray(value));
}
