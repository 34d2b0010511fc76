/**
 * Instants, dates, times of day and intervals in canonical form → as Debezium writes them with the settings that `prepare` prints.
 * Pure: the other way of `read-time.ts`. Must not know messages.
 */
import type { ColumnType } from '../model/entity.js';
import { infiniteDays, infiniteMicros } from './read-time.js';
import type { ValueWriter } from './value-writer.js';

const isInfinite = (text: string): boolean => text === 'infinity' || text === '-infinity';

/** The number that Debezium writes for what it means. */
function numberOf(meanings: Readonly<Record<string, string>>, meaning: string): string {
  return Object.keys(meanings).find((number) => meanings[number] === meaning) as string;
}

/** `io.debezium.time.ZonedTimestamp`: as Java prints it, with as many digits of a second as the column has. */
export function zonedWriter({ precision = 6 }: ColumnType): ValueWriter {
  return (value) => {
    if (isInfinite(value)) return JSON.stringify(value);
    const at = value.indexOf('T');
    const [year, rest] = [Number(value.slice(0, at - 6)), value.slice(at - 6, at + 9)];
    const size = String(Math.abs(year)).padStart(4, '0');
    const digits = value
      .slice(at + 10, -1)
      .padEnd(precision, '0')
      .slice(0, precision);
    return `"${year < 0 ? '-' : year > 9999 ? '+' : ''}${size}${rest}${digits === '' ? '' : `.${digits}`}Z"`;
  };
}

/** `io.debezium.time.Timestamp` for up to three digits of a second, else `MicroTimestamp`. */
export function timestampWriter(type: ColumnType): ValueWriter {
  const unit = isShort(type) ? 1n : 1000n;
  return (value) =>
    isInfinite(value)
      ? String((BigInt(numberOf(infiniteMicros, value)) * unit) / 1000n)
      : String(BigInt(Date.parse(value)) * unit);
}

const dateText = /^(\d+)-(\d\d)-(\d\d)( BC)?$/;

/** `io.debezium.time.Date`: days since 1970. */
export function writeDate(value: string): string {
  if (isInfinite(value)) return numberOf(infiniteDays, value);
  const [, year, month, day, era] = dateText.exec(value) as unknown as [string, string, string, string, string?];
  return String(daysOf(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day)));
}

/** Howard Hinnant's `days_from_civil`; a Date would not reach so far. */
function daysOf(year: number, month: number, day: number): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `io.debezium.time.Time` for up to three digits of a second, else `MicroTime`. */
export function timeWriter(type: ColumnType): ValueWriter {
  const digits = isShort(type) ? 3 : 6;
  return (value) => {
    const [clock = '', fraction = ''] = value.split('.');
    const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number];
    const whole = (hours * 60 + minutes) * 60 + seconds;
    return String(whole * 10 ** digits + Number(fraction.padEnd(digits, '0')));
  };
}

/** `io.debezium.time.ZonedTime`, in its own zone: Debezium would move it to UTC, and the zone would be lost. */
export function writeZonedTime(value: string): string {
  const sign = value.search(/[+-]/);
  const zone = value.slice(sign);
  return JSON.stringify(value.slice(0, sign) + (zone === '+00' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone));
}

const parts = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/;

/** `io.debezium.time.Interval`: each part, also where it is zero. */
export function writeInterval(value: string): string {
  const match = parts.exec(value);
  if (match === null) return JSON.stringify(value);
  const [years, months, days, hours, minutes, seconds] = match.slice(1).map((part) => part ?? '0');
  return `"P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}S"`;
}

function isShort({ precision = 6 }: ColumnType): boolean {
  return precision <= 3;
}
