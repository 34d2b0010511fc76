/** Intervals as PostgreSQL prints them with IntervalStyle iso_8601. Must not know a driver. */

const part = (unit: string): string => `(?:(-?\\d{1,12})${unit})?`;
const isoInterval = new RegExp(
  `^P${part('Y')}${part('M')}${part('W')}${part('D')}(?:T${part('H')}${part('M')}(?:(-?\\d{1,15})(?:\\.(\\d{1,6}))?S)?)?$`,
);
const int32 = 2n ** 31n;
const int64 = 2n ** 63n;

/** A document's string → canonical; only seconds may have a fraction, which is cut to the column's precision. */
export function intervalFromString(text: string, precision: number | undefined): string | undefined {
  if (text === 'infinity' || text === '-infinity') return text;
  const match = isoInterval.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [years, months, weeks, days, hours, minutes] = match.slice(1, 7).map((each) => BigInt(each ?? 0)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const seconds = match[7] ?? '0';
  const fraction = BigInt((match[8] ?? '').slice(0, precision ?? 6).padEnd(6, '0'));
  const micros =
    (hours * 3600n + minutes * 60n + BigInt(seconds)) * 1_000_000n + (seconds.startsWith('-') ? -fraction : fraction);
  return printInterval(years * 12n + months, weeks * 7n + days, micros);
}

function printInterval(months: bigint, days: bigint, micros: bigint): string | undefined {
  if (!within(months, int32) || !within(days, int32) || !within(micros, int64)) return undefined;
  const date = unit(months / 12n, 'Y') + unit(months % 12n, 'M') + unit(days, 'D');
  const minutes = micros / 60_000_000n;
  const time = unit(minutes / 60n, 'H') + unit(minutes % 60n, 'M') + secondsOf(micros % 60_000_000n);
  if (date === '' && time === '') return 'PT0S';
  return `P${date}${time === '' ? '' : `T${time}`}`;
}

function unit(count: bigint, letter: string): string {
  return count === 0n ? '' : `${count}${letter}`;
}

function secondsOf(micros: bigint): string {
  if (micros === 0n) return '';
  const size = micros < 0n ? -micros : micros;
  const fraction = String(size % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${size / 1_000_000n}${fraction === '' ? '' : `.${fraction}`}S`;
}

/** The ends of the range stand for infinity since PostgreSQL 17. */
function within(value: bigint, limit: bigint): boolean {
  return value < limit - 1n && value > -limit;
}
