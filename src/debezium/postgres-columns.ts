/**
 * How a column's values are read from what the connector for PostgreSQL writes, by its type and the connector's settings, or why they do
 * not come exactly.
 * Pure. Must not know messages. What each type becomes was measured on Debezium 3.2 (`debezium.server.test.ts`).
 */
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { arrayReader } from './read-array.js';
import { floating, integer, numeric } from './read-number.js';
import { bytesOf, stringOf } from './read-text.js';
import { date, interval, time, timestamp, timestamptz } from './read-time.js';
import type { Inexact, ValueReader } from './value-reader.js';

const leaveOut =
  'Leave the column out of the mapping (`exclude`), or let the sync read the log itself (format: isthmus).';

const boolean: ValueReader = {
  written: { type: 'boolean', name: null },
  text: (value) => (value === true ? 't' : value === false ? 'f' : undefined),
};

/** Types that PostgreSQL's own text is handed on of; of others (money, bits, points) Debezium makes something else. */
const opaque: Readonly<Record<string, ValueReader>> = {
  'pg_catalog.inet': stringOf(null),
  'pg_catalog.cidr': stringOf(null),
  'pg_catalog.macaddr': stringOf(null),
  'pg_catalog.macaddr8': stringOf(null),
  'pg_catalog.int4range': stringOf(null),
  'pg_catalog.int8range': stringOf(null),
  'pg_catalog.numrange': stringOf(null),
  'pg_catalog.daterange': stringOf(null),
  'pg_catalog.tsrange': stringOf(null),
  'pg_catalog.xml': stringOf('io.debezium.data.Xml'),
  'pg_catalog.oid': integer('int64'),
};

export function postgresColumn(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  switch (type.kind) {
    case 'bool':
      return boolean;
    case 'int2':
      return integer('int16');
    case 'int4':
      return integer('int32');
    case 'int8':
      return integer('int64');
    case 'float4':
      return floating('float');
    case 'float8':
      return floating('double');
    case 'numeric':
      return numeric(type, modes);
    case 'text':
    case 'varchar':
    case 'char':
    case 'citext':
      return stringOf(null);
    case 'timestamptz':
      return timestamptz;
    case 'timestamp':
      return timestamp(type, modes);
    case 'date':
      return date(modes);
    case 'time':
      return time(type, modes);
    case 'timetz':
      return { inexact: 'Debezium moves it to UTC, and the zone is lost', remedy: leaveOut };
    case 'interval':
      return interval(type, modes);
    case 'uuid':
      return stringOf('io.debezium.data.Uuid');
    case 'bytea':
      return bytesOf(modes, '\\x');
    case 'json':
    case 'jsonb':
      return stringOf('io.debezium.data.Json');
    case 'enum':
      return stringOf('io.debezium.data.Enum');
    case 'opaque':
      return opaqueReader(type, modes);
    case 'array':
      return arrayOf(type, modes);
  }
}

function opaqueReader(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  // `interval year to month` and the like: printed as any other.
  if (type.sql === 'interval') return interval(type, modes);
  return (
    opaque[type.sql] ?? { inexact: `Debezium does not hand on ${type.sql} as PostgreSQL prints it`, remedy: leaveOut }
  );
}

/** Of arrays of these Debezium makes null, or does where some value is in them; of times it cuts the fractions. */
const unwritten = new Set(['interval', 'opaque', 'array', 'numeric', 'time']);

function arrayOf(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  const { element } = type;
  if (element === undefined || unwritten.has(element.kind))
    return { inexact: `of some ${type.sql} Debezium makes null, or another value`, remedy: leaveOut };
  const reader = postgresColumn(element, modes);
  return 'inexact' in reader ? reader : arrayReader(reader);
}
