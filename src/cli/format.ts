/** Numbers, durations, bars and tables as text for people. Pure. */
import { plain } from './terminal.js';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return whole.format(value);
}

/** `1 row`, `2 rows`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms === 0 ? 0 : ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`;
}

/** A bar of `width` signs; eighths make it move smoothly. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] as string;
  return ('█'.repeat(Math.floor(eighths / 8)) + partial).padEnd(width, '░');
}

const levels = '▁▂▃▄▅▆▇█';

/** The last values as a line of small columns. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const most = Math.max(1, ...shown);
  return shown
    .map((value) => levels[Math.min(7, Math.floor((value / most) * 7.99))])
    .join('')
    .padStart(width, ' ');
}

/** A time of the API to the second, in UTC. */
export function timeOf(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** What wraps a single value in MongoDB's JSON: for a person the value is enough. */
const wrappers = new Set(['$date', '$numberDecimal', '$numberLong', '$numberInt', '$numberDouble', '$oid', '$uuid']);

/** A value of a document for a person: text bare, `{"$date": …}` and its like as what they hold, all else as JSON. */
export function readableValue(value: unknown): string {
  const shown = unwrapped(value ?? null);
  return typeof shown === 'string' ? shown : JSON.stringify(shown, (_, inner: unknown) => unwrapped(inner));
}

function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name, inner] = ['', null], ...others] = Object.entries(value);
  return others.length === 0 && typeof inner === 'string' && wrappers.has(name) ? inner : value;
}

/** Lines of at most `width` signs, broken at spaces where there are some. */
export function wrap(text: string, width: number): string[] {
  const most = Math.max(20, width);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = paragraph;
    while (rest.length > most) {
      const space = rest.lastIndexOf(' ', most);
      const end = space > most / 2 ? space : most;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    lines.push(rest);
  }
  return lines;
}

/** A value of a record as JSON on one line, cut where it is longer. */
export function valueCell(value: unknown, width: number): string {
  const text = JSON.stringify(value) ?? '';
  const signs = [...text];
  return signs.length <= width ? text : `${signs.slice(0, width - 1).join('')}…`;
}

/** A record's key: a single column's value bare, several as JSON. */
export function keyCell(key: unknown, width: number): string {
  return typeof key === 'string' || typeof key === 'number' ? String(key) : valueCell(key, width);
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[], gap = 2): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => plain(row[column] ?? '').length)));
  return cells.map((row, index) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] as number) - plain(cell).length);
        return typeof rows[index]?.[column] === 'number' ? space + cell : cell + space;
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}
