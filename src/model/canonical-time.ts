/** Instants, dates and times of day in canonical form. Must not know a driver. Texts of SQL are those of DateStyle ISO and TimeZone UTC. */

/** 24 November 4714 BC, the first day that PostgreSQL holds. */
const firstMs = Date.UTC(-4713, 10, 24);
const lastMs = 8.64e15;
const dayMs = 86_400_000;
const yearZeroMs = Date.parse('0000-01-01T00:00:00Z');
const year10000Ms = Date.UTC(10_000, 0, 1);
const [dash, space, plus, zero, letterC] = [45, 32, 43, 48, 67];

/** Text of a timestamp(tz) → ISO with milliseconds, further digits cut; undefined: infinite or not to be held by a Date. */
export function instantFromSql(text: string, zoned: boolean): string | undefined {
  const end = zoned ? text.length - 3 : text.length;
  const last = text.charCodeAt(text.length - 1);
  if (text.charCodeAt(4) !== dash || text.charCodeAt(10) !== space || last === letterC) return rareInstant(text, zoned);
  if (zoned && (text.charCodeAt(end) !== plus || text.charCodeAt(end + 1) !== zero || last !== zero))
    return rareInstant(text, zoned);
  const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  if (end === 19) return `${seconds}.000Z`;
  return `${seconds}.${text.slice(20, Math.min(end, 23)).padEnd(3, '0')}Z`;
}

const sqlInstant = /^(\d{4,})-(\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00)?( BC)?$/;

function rareInstant(text: string, zoned: boolean): string | undefined {
  if (text === 'infinity' || text === '-infinity') return undefined;
  const match = sqlInstant.exec(text);
  if (match === null || (match[5] !== undefined) !== zoned)
    throw new Error('a timestamp is not in the form that the session settings ask for');
  const [, year = '', day = '', time = '', fraction = '', , bc] = match;
  const iso = `${isoYear(bc === undefined ? Number(year) : 1 - Number(year))}-${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  return Number.isNaN(Date.parse(iso)) ? undefined : iso;
}

function isoYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return (year < 0 ? '-' : '+') + String(Math.abs(year)).padStart(6, '0');
}

/** Canonical → what PostgreSQL casts. */
export function instantToSql(value: string, zoned: boolean): string {
  const zone = zoned ? '+00' : '';
  const t = value.indexOf('T');
  const time = `${value.slice(t + 1, t + 13)}${zone}`;
  if (t === 10 && !value.startsWith('0000')) return `${value.slice(0, 10)} ${time}`;
  const year = Number(value.slice(0, t - 6));
  const day = value.slice(t - 5, t);
  return year > 0 ? `${year}-${day} ${time}` : `${String(1 - year).padStart(4, '0')}-${day} ${time} BC`;
}

/** Undefined: one of the two sides cannot hold it. */
export function instantFromMs(ms: number): string | undefined {
  if (ms >= yearZeroMs && ms < year10000Ms) return usualInstant(ms);
  return ms >= firstMs && ms <= lastMs ? new Date(ms).toISOString() : undefined;
}

/** What toISOString does, in a third of the time: days to a date by Howard Hinnant's `civil_from_days`. */
function usualInstant(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const rest = ms - days * dayMs;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return spelled({ year, month, day, ms: rest });
}

/** All letters at once: a string that is put together piece by piece takes twice the time and ten times the room. */
function spelled({ year, month, day, ms }: { year: number; month: number; day: number; ms: number }): string {
  const second = Math.floor(ms / 1000);
  const fraction = ms - second * 1000;
  const minute = Math.floor(second / 60);
  const hour = Math.floor(minute / 60);
  const century = Math.floor(year / 100);
  // biome-ignore format: as it is spelled
  return String.fromCharCode(
    tens(century), ones(century), tens(year % 100), ones(year), dash, tens(month), ones(month), dash, tens(day), ones(day), letterT,
    tens(hour), ones(hour), colon, tens(minute % 60), ones(minute), colon, tens(second % 60), ones(second), point,
    zero + Math.floor(fraction / 100), tens(fraction % 100), ones(fraction), letterZ,
  );
}

const [point, colon, letterT, letterZ] = [0x2e, 0x3a, 0x54, 0x5a] as const;

/** The letters of a number's last two digits. */
function tens(n: number): number {
  return zero + Math.floor(n / 10);
}

function ones(n: number): number {
  return zero + (n % 10);
}

export function instantToMs(value: string): number {
  return Date.parse(value);
}

/** Cuts a canonical instant to a column's precision, as it cuts what the other side has beyond milliseconds. */
export function cutInstant(value: string, precision: number | undefined): string {
  if (precision === undefined || precision >= 3) return value;
  const point = value.length - 5;
  return `${value.slice(0, point + 1)}${value.slice(point + 1, point + 1 + precision).padEnd(3, '0')}Z`;
}

const isoInstant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?(Z|[+-]\d\d:\d\d)?$/;

/** A document's string → canonical: ISO with seconds; a zone is needed where the column has one, and only Z is allowed where it has none. */
export function instantFromString(text: string, zoned: boolean): string | undefined {
  if (isCanonicalInstant(text)) return text;
  const match = isoInstant.exec(text);
  if (match === null) return undefined;
  const [, day = '', time = '', fraction = '', zone] = match;
  if (zoned ? zone === undefined : zone !== undefined && zone !== 'Z') return undefined;
  const local = `${day}T${time}.${fraction.padEnd(3, '0')}Z`;
  if (!isCanonicalInstant(local)) return undefined;
  if (zone === undefined || zone === 'Z') return local;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return instantFromMs(Date.parse(local) - (zone.startsWith('-') ? -minutes : minutes) * 60_000);
}

function isCanonicalInstant(text: string): boolean {
  return text.endsWith('Z') && instantFromMs(Date.parse(text)) === text;
}

const dateText = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/;

/** A document's string → a date as PostgreSQL prints it. */
export function dateFromString(text: string): string | undefined {
  if (text === 'infinity' || text === '-infinity') return text;
  const match = dateText.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', bc] = match;
  if ((year.length > 4 && year.startsWith('0')) || Number(year) === 0 || Number(year) > 5_874_897) return undefined;
  const astronomic = bc === undefined ? Number(year) : 1 - Number(year);
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > daysOf(astronomic, Number(month)))
    return undefined;
  if (astronomic < -4713 || (astronomic === -4713 && `${month}-${day}` < '11-24')) return undefined;
  return text;
}

function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** A BSON Date in a date column: only midnight UTC is a date and nothing else. */
export function dateFromMs(ms: number): string | undefined {
  const instant = ms % dayMs === 0 ? instantFromMs(ms) : undefined;
  return instant === undefined ? undefined : instantToSql(instant, false).replace(' 00:00:00.000', '');
}

/** Undefined: a Date cannot hold it. */
export function dateToMs(date: string): number | undefined {
  const [day = '', bc] = date.split(' ');
  const iso = rareInstant(
    day.startsWith('i') || day.startsWith('-') ? date : `${day} 00:00:00${bc === undefined ? '' : ' BC'}`,
    false,
  );
  return iso === undefined ? undefined : Date.parse(iso);
}

const timeText = /^(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?|24:00(?::00(?:\.0{1,6})?)?)$/;

/** A document's string → a time of day as PostgreSQL prints it, cut to the column's precision. */
export function timeFromString(text: string, precision: number | undefined): string | undefined {
  if (!timeText.test(text)) return undefined;
  const [seconds = '', fraction = ''] = text.split('.');
  const digits = fraction.slice(0, precision ?? 6).replace(/0+$/, '');
  return (seconds.length === 5 ? `${seconds}:00` : seconds) + (digits === '' ? '' : `.${digits}`);
}

const zonedTime = /^(.+?)(Z|[+-](?:0\d|1[0-5])(?::[0-5]\d(?::[0-5]\d)?)?)$/;

/** The same with a zone: `+05:30`, `-03`, `Z`. */
export function zonedTimeFromString(text: string, precision: number | undefined): string | undefined {
  const [, timePart = '', zone = ''] = zonedTime.exec(text) ?? [];
  const time = timeFromString(timePart, precision);
  if (time === undefined) return undefined;
  const short = zone.replace('Z', '+00').replace(/:00$/, '').replace(/:00$/, '');
  return time + (short === '-00' ? '+00' : short);
}
