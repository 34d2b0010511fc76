/** Instants, dates, times of day and intervals as Debezium writes them → PostgreSQL's text. Pure. Must not know messages. */
import { intervalFromString } from '../model/canonical-interval.js';
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import type { Json } from './read-json.js';
import type { Inexact, ValueReader, Written } from './value-reader.js';

const dayMicros = 86_400_000_000n;

/** What the server's infinities become: of a timestamp in microseconds, of a date in days. No timestamp and no date is so far away. */
export const infiniteMicros = { '9223372036825200000': 'infinity', '-9223372036832400000': '-infinity' } as const;

export const infiniteDays = { '-2147472692': 'infinity', '-2147472691': '-infinity' } as const;

export function whole(value: Json): bigint | undefined {
  const text = String(value);
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

export function timestamp(type: ColumnType, modes: DebeziumModes): ValueReader {
  const millis = { type: 'int64', name: 'io.debezium.time.Timestamp' } as const;
  if (modes.times === 'connect') return inMillis({ ...millis, name: 'org.apache.kafka.connect.data.Timestamp' });
  if ((type.precision ?? 6) <= 3) return inMillis(millis);
  return {
    written: { type: 'int64', name: 'io.debezium.time.MicroTimestamp' },
    text: (value) => {
      const micros = whole(value);
      return micros === undefined ? undefined : instantText(micros);
    },
  };
}

function inMillis(written: Written): ValueReader {
  const text = (value: Json): string | undefined => {
    const millis = whole(value);
    return millis === undefined ? undefined : instantText(millis * 1000n);
  };
  return { written, text };
}

export function instantText(micros: bigint): string {
  const infinite = infiniteMicros[String(micros) as keyof typeof infiniteMicros];
  if (infinite !== undefined) return infinite;
  const day = floorDivide(micros, dayMicros);
  const { text, era } = dateParts(day);
  return `${text} ${clockText(micros - day * dayMicros)}${era}`;
}

const zonedInstant = /^([+-]?\d{4,6})-(\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?Z$/;

export const timestamptz: ValueReader = {
  written: { type: 'string', name: 'io.debezium.time.ZonedTimestamp' },
  text: (value) => {
    if (value === 'infinity' || value === '-infinity') return value;
    const parts = zonedParts(value);
    return parts && `${parts.text}+00${parts.era}`;
  },
};

/** Of a server whose instants are printed without a zone, in UTC. */
export function zonedText(value: Json): string | undefined {
  const parts = zonedParts(value);
  return parts && `${parts.text}${parts.era}`;
}

function zonedParts(value: Json): { readonly text: string; readonly era: string } | undefined {
  const match = typeof value === 'string' ? zonedInstant.exec(value) : null;
  if (match === null) return undefined;
  const [, year, day, time = '', fraction = ''] = match;
  const { text, era } = yearText(Number(year));
  const digits = fraction.replace(/0+$/, '');
  const clock = time.length === 5 ? `${time}:00` : time;
  return { text: `${text}-${day} ${clock}${digits === '' ? '' : `.${digits}`}`, era };
}

/** The first and the last day that PostgreSQL holds, since 1970. */
const [firstDay, lastDay] = [-2_440_588n, 2_145_042_905n];

export function date(modes: DebeziumModes): ValueReader {
  const name = modes.times === 'connect' ? 'org.apache.kafka.connect.data.Date' : 'io.debezium.time.Date';
  return {
    written: { type: 'int32', name },
    text: (value) => {
      const days = whole(value);
      const infinite = infiniteDays[String(days) as keyof typeof infiniteDays];
      if (infinite !== undefined) return infinite;
      // In an array the infinities are other days that are none.
      if (days === undefined || days < firstDay || days > lastDay) return undefined;
      const { text, era } = dateParts(days);
      return text + era;
    },
  };
}

export function time(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  const micros = { type: 'int64', name: 'io.debezium.time.MicroTime' } as const;
  if (modes.times === 'adaptive_time_microseconds') return timeOf(micros, 1n);
  const short = (type.precision ?? 6) <= 3;
  if (modes.times === 'adaptive')
    return short ? timeOf({ type: 'int32', name: 'io.debezium.time.Time' }, 1000n) : timeOf(micros, 1n);
  if (short) return timeOf({ type: 'int32', name: 'org.apache.kafka.connect.data.Time' }, 1000n);
  return { inexact: 'its microseconds are cut', remedy: 'Set time.precision.mode=adaptive.' };
}

function timeOf(written: Written, unit: bigint): ValueReader {
  const text = (value: Json): string | undefined => {
    const count = whole(value);
    return count === undefined || count < 0n || count * unit > dayMicros ? undefined : clockText(count * unit);
  };
  return { written, text };
}

export function interval(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  if (modes.intervals === 'numeric')
    return { inexact: 'months and days are made microseconds', remedy: 'Set interval.handling.mode=string.' };
  return {
    written: { type: 'string', name: 'io.debezium.time.Interval' },
    text: (value) => (typeof value === 'string' ? intervalFromString(value, type.precision) : undefined),
  };
}

function clockText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const two = (n: number): string => String(n).padStart(2, '0');
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === '' ? clock : `${clock}.${fraction}`;
}

/** Days to a date by Howard Hinnant's `civil_from_days`; a Date would not reach so far. */
function dateParts(days: bigint): { readonly text: string; readonly era: string } {
  const shifted = days + 719_468n;
  const era = floorDivide(shifted, 146_097n);
  const dayOfEra = Number(shifted - era * 146_097n);
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearText(yearOfEra + Number(era) * 400 + (month <= 2 ? 1 : 0));
  return { text: `${year.text}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`, era: year.era };
}

/** The year 0 of astronomers is 1 BC. */
function yearText(year: number): { readonly text: string; readonly era: string } {
  return { text: String(year > 0 ? year : 1 - year).padStart(4, '0'), era: year > 0 ? '' : ' BC' };
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
