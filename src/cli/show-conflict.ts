/** A conflict for a person at a terminal: what happened, then field by field the ancestor, both sides and the decision. Pure. */
import { table } from './format.js';

type Shown = Readonly<Record<string, unknown>> | null;

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
  readonly sqlEvent: { readonly after: Shown; readonly operation: string; readonly timestamp: unknown } | null;
  readonly mongoEvent: { readonly after: Shown; readonly operation: string; readonly timestamp: unknown } | null;
}

/** Longer values are cut: `--json` has them whole. */
const widest = 40;

export function showConflict(conflict: ShownConflict): string[] {
  const { sqlEvent, mongoEvent } = conflict;
  return [
    `${conflict.kind} of ${conflict.table} ${text(conflict.key)}, ${conflict.state}`,
    `  sql      ${eventLine(sqlEvent)}`,
    `  mongodb  ${eventLine(mongoEvent)}`,
    ...outcome(conflict),
    '',
    ...table(fieldRows(conflict)),
    ...(conflict.state === 'pending' ? ['', ...hints(conflict)] : []),
  ];
}

function eventLine(event: ShownConflict['sqlEvent']): string {
  if (event === null) return 'too large to be shown';
  return `${event.operation}${event.timestamp === null ? '' : ` at ${text(event.timestamp)}`}`;
}

function outcome({ state, reason, resolution, strategy, resolvedBy, resolvedAt }: ShownConflict): string[] {
  if (state === 'pending') return [`  waits    ${reason ?? 'for a person'}`];
  const when = resolvedAt === null ? '' : ` at ${text(resolvedAt)}`;
  return [`  decided  ${resolution} (${strategy}), by ${resolvedBy ?? 'nobody'}${when}`];
}

function fieldRows(conflict: ShownConflict): string[][] {
  const { base, resolvedData, fields } = conflict;
  const sides = [conflict.sqlEvent?.after ?? null, conflict.mongoEvent?.after ?? null];
  const decided = conflict.state !== 'pending';
  const names = new Set([base, ...sides, resolvedData].flatMap((one) => Object.keys(one ?? {})));
  names.delete('_id');
  const head = ['field', 'ancestor', 'sql', 'mongodb', ...(decided ? ['decision', 'rule'] : [])];
  const rows = [...names].map((name) => [
    sides.some((one) => text(one?.[name]) !== text(base?.[name])) ? `* ${name}` : `  ${name}`,
    ...[base, ...sides].map((one) => cell(one, name)),
    ...(decided ? [cell(resolvedData, name), fields[name] ?? ''] : []),
  ]);
  return [head.map((name, index) => (index === 0 ? `  ${name}` : name)), ...rows];
}

function cell(record: Shown, name: string): string {
  if (record === null) return '(no record)';
  const shown = text(record[name]);
  return shown.length > widest ? `${shown.slice(0, widest - 1)}…` : shown;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function hints({ conflictId, seen }: ShownConflict): string[] {
  return [
    `decide: isthmus conflicts resolve ${conflictId} --use sql|mongodb|base${seen === null ? '' : ` --seen ${seen}`}`,
    `or:     isthmus conflicts resolve ${conflictId} --value record.json`,
  ];
}
