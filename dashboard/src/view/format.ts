/** Numbers, durations and times as a person reads them. Pure. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export function count(value: number): string {
  return whole.format(value);
}

/** Above a hundred thousand in short: `1.2M`. */
export function shortCount(value: number): string {
  return Math.abs(value) >= 100_000 ? short.format(value) : whole.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function rate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? shortCount(Math.round(perSecond)) : oneDigit.format(perSecond);
}

/** A share of 1, with as many digits as tell something: `0.03 %`. */
export function share(value: number): string {
  const percent = value * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  // 99.99 must not read as all.
  const digits = percent < 0.1 || percent > 99.9 ? 3 : percent < 1 ? 2 : 1;
  const fixed = percent.toFixed(digits);
  const text = Math.abs(Number(fixed) - percent) < 1e-9 ? String(Number(fixed)) : fixed;
  if (Number(text) === 0) return '< 0.001 %';
  return Number(text) === 100 ? '> 99.999 %' : `${text} %`;
}

/** From microseconds to days, two units at most. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 10 && ms > 0) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return joined(minutes, 'min', Math.floor((ms % 60_000) / 1000), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `3 min ago`; the future where clocks differ reads as now. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 2000) return 'now';
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return `${Math.floor(ms / 86_400_000)} d ago`;
}

export function exactTime(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(rest < 10 ? 1 : 0)} ${units[unit]}`;
}

/** `write_write` → `write write`; names of the API as words. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

/** `divergenceRate` → `Divergence rate`. */
export function title(name: string): string {
  const spaced = words(name).replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return (spaced.charAt(0).toUpperCase() + spaced.slice(1)).replace(/^Cdc\b/, 'CDC').replace(/ ms$/, '');
}

/** A value of a measure, by its name: a rate, a time, a size or a plain number. */
export function measured(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (/rate|divergence|share/i.test(name)) return share(value);
  if (/bytes|wal/i.test(name)) return bytes(value);
  if (/ms$|lag|latency/i.test(name)) return duration(value);
  return Number.isInteger(value) ? count(value) : oneDigit.format(value);
}
