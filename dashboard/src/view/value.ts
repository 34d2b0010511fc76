/** Values of records as text: exact, and short where a table shows them. Pure. */

/** `undefined`: there is no such field, or no record. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return value;
  const bare = unwrapped(value);
  if (bare !== null) return bare;
  return JSON.stringify(value, null, isFlat(value) ? 0 : 2);
}

/** Extended JSON of what JSON cannot hold. */
function unwrapped(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length !== 1 || first === undefined) return null;
  const [name, inner] = first;
  if (
    ['$numberDecimal', '$numberLong', '$numberDouble', '$date', '$oid', '$uuid'].includes(name) &&
    typeof inner === 'string'
  )
    return inner;
  if (name !== '$binary') return null;
  const { base64, subType } = inner as { base64?: string; subType?: string };
  return subType === '04' && base64 !== undefined ? uuidOf(base64) : `binary ${base64 ?? ''}`;
}

function uuidOf(base64: string): string {
  const hex = [...atob(base64)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function isFlat(value: unknown): boolean {
  const inner = Object.values(value as object);
  return inner.length <= 8 && inner.every((one) => typeof one !== 'object' || one === null);
}

/** Why a value cannot cross to the other side; null: it can. */
export function refusalOf(value: unknown): { readonly reason: string; readonly text: string } | null {
  if (typeof value !== 'object' || value === null || !('$refused' in value)) return null;
  const { $refused, $text } = value as { $refused: unknown; $text?: unknown };
  return { reason: String($refused), text: String($text ?? '') };
}

/** A key in one line: `7`, or `region=eu, id=7`. */
export function keyText(key: unknown): string {
  if (typeof key !== 'object' || key === null) return String(key);
  const bare = unwrapped(key);
  if (bare !== null) return bare;
  const refusal = refusalOf(key);
  if (refusal !== null) return refusal.text;
  return Object.entries(key)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(', ');
}

/** Same data, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}

export interface TextParts {
  readonly start: string;
  readonly changed: string;
  readonly end: string;
}

/** Where a text differs from what it was made from: what both begin and end with, and what stands between. */
export function changedPart(text: string, from: string): TextParts {
  const a = [...text];
  const b = [...from];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const cut = a.length - end;
  return { start: a.slice(0, start).join(''), changed: a.slice(start, cut).join(''), end: a.slice(cut).join('') };
}
