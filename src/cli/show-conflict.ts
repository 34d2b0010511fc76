/** A conflict for a person at a terminal: what happened, then field by field the ancestor, both sides and the decision. Pure. */
import { ruleOf } from '../model/conflict.js';
import { readableValue, table, wrap } from './format.js';

type Shown = Readonly<Record<string, unknown>> | null;

interface ShownEvent {
  readonly before: Shown;
  readonly after: Shown;
  readonly operation: string;
  readonly timestamp: unknown;
}

export interface ShownConflict {
  readonly conflictId: string;
  readonly table: string;
  readonly key: unknown;
  readonly kind: string;
  readonly state: string;
  readonly strategy: string;
  readonly resolution: string;
  readonly reason: string | null;
  readonly seen: string | null;
  readonly created_at: unknown;
  readonly resolvedAt: unknown;
  readonly resolvedBy: string | null;
  readonly base: Shown;
  readonly resolvedData: Shown;
  readonly fields: Readonly<Record<string, string>>;
  readonly sqlEvent: ShownEvent | null;
  readonly mongoEvent: ShownEvent | null;
}

/** A field with its ancestor, SQL's and MongoDB's value and, once decided, what it became. */
interface ShownField {
  readonly name: string;
  readonly values: readonly string[];
  readonly rule: string;
}

/** Longer values have lines of their own. */
const widestCell = 40;
/** Of one value; `--json` has it whole. */
const mostLines = 6;

/** No line is wider than `width`, but for commands that are to be copied. */
export function showConflict(conflict: ShownConflict, width: number): string[] {
  const { sqlEvent, mongoEvent } = conflict;
  const facts: [string, string][] = [
    ['found', readableValue(conflict.created_at)],
    ['sql', eventText(sqlEvent)],
    ['mongodb', eventText(mongoEvent)],
    outcome(conflict),
  ];
  return [
    ...wrap(`${conflict.kind} of ${conflict.table} ${readableValue(conflict.key)}, ${conflict.state}`, width),
    ...facts.flatMap(([name, text]) => labelled(name, text, width)),
    ...fieldLines(conflict, width),
    ...(conflict.state === 'pending' ? ['', ...hints(conflict, width)] : []),
  ];
}

function labelled(name: string, text: string, width: number): string[] {
  return wrap(text, width - 12).map((line, index) => `  ${(index === 0 ? name : '').padEnd(10)}${line}`);
}

function eventText(event: ShownEvent | null): string {
  if (event === null) return 'too large to be shown';
  const { operation, timestamp, before, after } = event;
  if (operation === 'none') return 'never had the record';
  if (timestamp === null && JSON.stringify(before) === JSON.stringify(after)) return 'unchanged';
  return `${operation}${timestamp === null ? '' : ` at ${readableValue(timestamp)}`}`;
}

function outcome({ state, reason, resolution, strategy, resolvedBy, resolvedAt }: ShownConflict): [string, string] {
  if (state === 'pending') return ['waits', reason ?? 'for a person'];
  const when = resolvedAt === null ? '' : ` at ${readableValue(resolvedAt)}`;
  return ['decided', `${resolution} (${strategy}), by ${resolvedBy ?? 'nobody'}${when}`];
}

/** A table where everything fits, else a paragraph for each field. */
function fieldLines(conflict: ShownConflict, width: number): string[] {
  const decided = conflict.state !== 'pending';
  const { changed, unchanged } = shownFields(conflict, decided);
  const heads = ['ancestor', 'sql', 'mongodb', ...(decided ? ['decision'] : [])];
  const rows = table([
    ['field', ...heads, ...(decided ? ['rule'] : [])],
    ...changed.map(({ name, values, rule }) => [name, ...values, ...(decided ? [rule] : [])]),
  ]).map((line) => `  ${line}`);
  const fits =
    rows.every((line) => line.length <= width) &&
    changed.every(({ values }) => values.every((value) => value.length <= widestCell));
  return [
    ...(changed.length === 0 ? [] : fits ? ['', ...rows] : changed.flatMap((field) => paragraph(field, heads, width))),
    ...(unchanged.length === 0 ? [] : ['', ...labelled('unchanged', unchanged.join(', '), width)]),
  ];
}

function paragraph({ name, values, rule }: ShownField, heads: readonly string[], width: number): string[] {
  const room = (width - 14) * mostLines;
  // Where long values differ is what a person looks for.
  const from = values.some(({ length }) => length > room) ? Math.max(0, commonStart(values) - widestCell) : 0;
  const lines = values.flatMap((value, index) => {
    const end = value.length > from + room ? '…' : '';
    const part = value.startsWith('(no record)')
      ? value
      : `${from > 0 ? '…' : ''}${value.slice(from, from + room)}${end}`;
    return labelled(heads[index] ?? '', part, width - 2).map((line) => `  ${line}`);
  });
  return ['', `  ${name}${rule === '' ? '' : ` (${rule})`}`, ...lines];
}

function commonStart(values: readonly string[]): number {
  const [first = '', ...others] = values.filter((value) => value !== '(no record)');
  let end = 0;
  while (end < first.length && others.every((value) => value[end] === first[end])) end++;
  return end;
}

function shownFields(
  { base, resolvedData, fields, sqlEvent, mongoEvent }: ShownConflict,
  decided: boolean,
): { readonly changed: readonly ShownField[]; readonly unchanged: readonly string[] } {
  const sides = [sqlEvent?.after ?? null, mongoEvent?.after ?? null];
  const versions = [base, ...sides, ...(decided ? [resolvedData] : [])];
  const names = new Set(versions.flatMap((one) => Object.keys(one ?? {})));
  names.delete('_id');
  const changed: ShownField[] = [];
  const unchanged: string[] = [];
  for (const name of names) {
    const before = readableValue(base?.[name]);
    // A deleted record says nothing of its fields.
    const differs = [...sides, resolvedData].some((one) => one !== null && readableValue(one[name]) !== before);
    const values = versions.map((one) => (one === null ? '(no record)' : readableValue(one[name])));
    if (differs) changed.push({ name, values, rule: ruleOf(fields, name) ?? '' });
    else unchanged.push(name);
  }
  return { changed, unchanged };
}

function hints({ conflictId, seen, base, sqlEvent, mongoEvent }: ShownConflict, width: number): string[] {
  const versions: [string, Shown | undefined][] = [
    ['sql', sqlEvent?.after],
    ['mongodb', mongoEvent?.after],
    ['base', base],
  ];
  const ways = versions.map(([name, record]) => `--use ${name}${record === null ? ' (no record: deletes it)' : ''}`);
  const token = seen === null ? '' : ` --seen ${seen}`;
  return [
    'Decide with one of --use and --value:',
    `  isthmus conflicts resolve ${conflictId}${token} …`,
    ...wrap(`${ways.join(', ')}, --value FILE (JSON, the whole record)`, width - 2).map((line) => `  ${line}`),
  ];
}
