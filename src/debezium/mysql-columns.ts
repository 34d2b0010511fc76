/**
 * How a column's values are read from what the connectors for MariaDB and MySQL write, by its type and the connector's settings, or why
 * they do not come exactly. Pure. Must not know messages. What each type becomes was measured on Debezium 3.2 (`mariadb.server.test.ts`).
 */
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { floating, integer, numeric } from './read-number.js';
import { bytesOf, stringOf } from './read-text.js';
import { date, instantText, whole, zonedText } from './read-time.js';
import type { Inexact, ValueReader } from './value-reader.js';

const leaveOut = 'Leave the column out of the mapping (`exclude`).';
const adaptive = 'Set time.precision.mode=adaptive_time_microseconds.';

export function mysqlColumn(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  switch (type.kind) {
    case 'bool':
      return type.sql === 'bit(1)' ? bit : integer('int16');
    case 'int2':
      return type.sql === 'year' ? year : integer('int16');
    case 'int4':
      return integer('int32');
    case 'int8':
      return type.sql === 'bigint unsigned' ? unsigned : integer('int64');
    case 'float4':
      return floating('float');
    case 'float8':
      return floating('double');
    case 'numeric':
      return numeric(type, modes);
    case 'text':
    case 'varchar':
    case 'char':
    case 'json':
      return stringOf(null);
    case 'uuid':
      return stringOf('io.debezium.data.Uuid');
    case 'bytea':
      return bytesOf(modes, '');
    case 'date':
      return date(modes);
    case 'timestamp':
      return datetime(type, modes);
    case 'timestamptz':
      return timestamp(type);
    case 'time':
      return time(type, modes);
    case 'enum':
      return stringOf('io.debezium.data.Enum');
    default:
      return opaque(type);
  }
}

const bit: ValueReader = {
  written: { type: 'boolean', name: null },
  text: (value) => (value === true ? '1' : value === false ? '0' : undefined),
};

const yearZero = '1900';

/** A YEAR of 0 comes as 1900, which is none that the type has. */
const year: ValueReader = {
  written: { type: 'int32', name: 'io.debezium.time.Year' },
  text: (value) => {
    const text = String(value);
    return /^\d{1,4}$/.test(text) ? (text === yearZero ? '0' : text) : undefined;
  },
};

/** With bigint.unsigned.handling.mode=long what is above a Long comes as a negative number. */
const unsigned: ValueReader = {
  written: { type: 'int64', name: null },
  text: (value) => {
    const number = whole(value);
    return number === undefined ? undefined : String(BigInt.asUintN(64, number));
  },
};

/** To the millisecond in milliseconds, and what is finer in microseconds; neither has a zone. */
function datetime(type: ColumnType, { times }: DebeziumModes): ValueReader | Inexact {
  const fine = (type.precision ?? 0) > 3;
  if (times === 'connect' && fine) return { inexact: 'microseconds are cut', remedy: adaptive };
  const millis = times === 'connect' ? 'org.apache.kafka.connect.data.Timestamp' : 'io.debezium.time.Timestamp';
  return {
    written: { type: 'int64', name: fine ? 'io.debezium.time.MicroTimestamp' : millis },
    text: (value) => {
      const count = whole(value);
      return count === undefined ? undefined : instantText(fine ? count : count * 1000n);
    },
  };
}

/** What a zero date of a TIMESTAMP becomes: the type itself begins a second later. */
const zeroInstant = '1970-01-01 00:00:00';

function timestamp({ precision = 0 }: ColumnType): ValueReader {
  const zero = `0000-00-00 00:00:00${fractionText(0n, precision)}`;
  return {
    written: { type: 'string', name: 'io.debezium.time.ZonedTimestamp' },
    text: (value) => {
      const text = zonedText(value);
      return text === zeroInstant ? zero : text;
    },
  };
}

/** A span of up to 838 hours, forwards or backwards: as the server prints it. */
function time({ precision = 0 }: ColumnType, { times }: DebeziumModes): ValueReader | Inexact {
  if (times === 'connect') return { inexact: 'what is no time of one day is made one', remedy: adaptive };
  return {
    written: { type: 'int64', name: 'io.debezium.time.MicroTime' },
    text: (value) => {
      const count = whole(value);
      return count === undefined ? undefined : spanText(count, precision);
    },
  };
}

function spanText(micros: bigint, precision: number): string {
  const distance = micros < 0n ? -micros : micros;
  const seconds = distance / 1_000_000n;
  const two = (n: bigint): string => String(n).padStart(2, '0');
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${micros < 0n ? '-' : ''}${clock}${fractionText(distance % 1_000_000n, precision)}`;
}

/** As many digits as the column has: a value that cannot be mapped is known again by its text. */
function fractionText(micros: bigint, precision: number): string {
  return precision === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, precision)}`;
}

/** Bits come as bytes, the lowest first. */
function bits(length: number): ValueReader {
  return {
    written: { type: 'bytes', name: 'io.debezium.data.Bits' },
    text: (value) => {
      if (typeof value !== 'string') return undefined;
      const read = Buffer.from(value, 'base64').reverse();
      const digits = [...read].map((byte) => byte.toString(2).padStart(8, '0')).join('');
      return digits.slice(-length).padStart(length, '0');
    },
  };
}

function opaque({ sql, length, labels }: ColumnType): ValueReader | Inexact {
  if (sql === 'bit') return bits(length ?? 1);
  if (labels !== undefined) return stringOf('io.debezium.data.EnumSet');
  return { inexact: `Debezium does not know the type ${sql}`, remedy: leaveOut };
}
