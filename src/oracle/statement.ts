/** A statement with what is bound to it, as all parts of the Oracle side hand it on. Pure. Must not know the driver. */

/**
 * How a value is sent: `double` and `float` as the binary number that they are, `lob` as text of any length, `national` as text in the
 * national character set, all else as text.
 */
export type BindKind = 'text' | 'national' | 'whole' | 'lob' | 'double' | 'float';

export type BindValue = string | number | null;

export interface Statement {
  /** With `:1`, `:2` … in the order in which they stand in it. */
  readonly text: string;
  /** By placeholder. */
  readonly kinds: readonly BindKind[];
  /** What is bound, by placeholder; several rows: carried out with each, in one request. None where nothing is bound. */
  readonly rows: readonly (readonly BindValue[])[];
}

export type Bind = readonly [kind: BindKind, value: BindValue];

export function bound(text: string, binds: readonly Bind[] = []): Statement {
  const rows = binds.length === 0 ? [] : [binds.map(([, value]) => value)];
  return { text, kinds: binds.map(([kind]) => kind), rows };
}

/** So many rows go in one request: a batch is bounded by the engine, a request by this. */
const rowsMost = 1_000;

/** Carried out with each of the rows, in as many requests as it takes. */
export function forEach(
  text: string,
  kinds: readonly BindKind[],
  rows: readonly (readonly BindValue[])[],
): readonly Statement[] {
  const statements: Statement[] = [];
  for (let first = 0; first < rows.length; first += rowsMost)
    statements.push({ text, kinds, rows: rows.slice(first, first + rowsMost) });
  return statements;
}
