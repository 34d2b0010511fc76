/** A conflict field by field: what each version holds and who changed it. Pure. */
import type { ColumnShape, Conflict, Side } from '../../api/shapes.js';
import { refusalOf, same } from '../../view/value.js';

export type Version = 'base' | Side;

/** `both`: changed on both sides and differently; `agreed`: changed on both to the same. */
export type Change = 'none' | 'sql' | 'mongodb' | 'both' | 'agreed';

export interface FieldRow {
  readonly field: string;
  /** SQL's name of the type; null where the API does not tell. */
  readonly column: ColumnShape | null;
  readonly values: Readonly<Record<Version, unknown>>;
  readonly change: Change;
}

type Versions = Readonly<Record<Version, Readonly<Record<string, unknown>> | null>>;

/** The versions as a typed value must look where they are known, else as they are stored. */
export function versionsOf(conflict: Conflict): Versions {
  return (
    conflict.versions ?? {
      base: conflict.base,
      sql: conflict.sqlEvent?.after ?? null,
      mongodb: conflict.mongoEvent?.after ?? null,
    }
  );
}

export function fieldRows(conflict: Conflict): FieldRow[] {
  const versions = versionsOf(conflict);
  const columns = new Map(conflict.columns?.map((column) => [column.field, column]));
  const names = conflict.columns?.map(({ field }) => field) ?? namesOf(versions);
  return names.map((field) => {
    const values = { base: versions.base?.[field], sql: versions.sql?.[field], mongodb: versions.mongodb?.[field] };
    return { field, column: columns.get(field) ?? null, values, change: changeOf(values, versions) };
  });
}

function namesOf(versions: Versions): string[] {
  const all = [versions.base, versions.sql, versions.mongodb].flatMap((version) => Object.keys(version ?? {}));
  return [...new Set(all)].filter((name) => name !== '_id');
}

function changeOf(values: FieldRow['values'], { base, sql, mongodb }: Versions): Change {
  const equal = same(values.sql, values.mongodb) && (sql === null) === (mongodb === null);
  if (base === null) return equal ? 'none' : 'both';
  const bySql = sql === null || !same(values.sql, values.base);
  const byMongodb = mongodb === null || !same(values.mongodb, values.base);
  if (!bySql && !byMongodb) return 'none';
  if (bySql && byMongodb) return equal ? 'agreed' : 'both';
  return bySql ? 'sql' : 'mongodb';
}

/** What was chosen for one field: a version, or a value as it was typed. */
export type Pick =
  | { readonly from: Version }
  | { readonly from: 'typed'; readonly text: string; readonly isNull: boolean };
export type Picks = Readonly<Record<string, Pick>>;

/** Where only one side changed a field its value is taken; where both did a person must choose. */
export function firstPicks(conflict: Conflict, rows: readonly FieldRow[]): Picks {
  const versions = versionsOf(conflict);
  const picks: Record<string, Pick> = {};
  for (const { field, change, values } of rows) {
    const from = firstPick(change, versions);
    if (from !== null && refusalOf(values[from]) === null) picks[field] = { from };
  }
  return picks;
}

function firstPick(change: Change, versions: Versions): Version | null {
  const wanted = change === 'mongodb' ? 'mongodb' : change === 'both' ? null : 'sql';
  if (wanted === null) return null;
  if (versions[wanted] !== null) return wanted;
  // A side that deleted the record has no value to give.
  const other = wanted === 'sql' ? 'mongodb' : 'sql';
  return versions[other] !== null ? other : versions.base === null ? null : 'base';
}

export interface Built {
  /** Null while fields are missing or do not read. */
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly missing: readonly string[];
  /** Field → why what was typed does not read. */
  readonly problems: Readonly<Record<string, string>>;
}

/** The whole record of what was chosen field by field. */
export function buildValue(rows: readonly FieldRow[], picks: Picks): Built {
  const value: Record<string, unknown> = {};
  const missing: string[] = [];
  const problems: Record<string, string> = {};
  for (const row of rows) {
    const pick = picks[row.field];
    if (pick === undefined) missing.push(row.field);
    else if (pick.from !== 'typed') value[row.field] = row.values[pick.from] ?? null;
    else {
      const read = readTyped(pick, row.column);
      if (read.ok) value[row.field] = read.value;
      else problems[row.field] = read.reason;
    }
  }
  const whole = missing.length === 0 && Object.keys(problems).length === 0;
  return { value: whole ? value : null, missing, problems };
}

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

const plainNumbers = /^(smallint|integer|real|double precision)$/;
const json = /^jsonb?$|\[\]$/;

/** What a person typed, in the form that the column's values have in a decision. */
export function readTyped(pick: { readonly text: string; readonly isNull: boolean }, column: ColumnShape | null): Read {
  const type = column?.type ?? 'text';
  if (pick.isNull)
    return column?.nullable === false
      ? { ok: false, reason: 'The column must not be null.' }
      : { ok: true, value: null };
  if (type === 'boolean') {
    if (pick.text !== 'true' && pick.text !== 'false') return { ok: false, reason: 'Write true or false.' };
    return { ok: true, value: pick.text === 'true' };
  }
  if (json.test(type)) return readJson(pick.text);
  if (!plainNumbers.test(type)) return { ok: true, value: pick.text };
  const number = Number(pick.text);
  if (pick.text.trim() === '' || !Number.isFinite(number)) return { ok: false, reason: 'Write a number.' };
  return { ok: true, value: number };
}

export function readJson(text: string): Read {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'This is not valid JSON yet.' };
  }
}

/** A value as it is put into the field where one can be typed. */
export function typedText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
