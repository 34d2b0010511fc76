/** Whether columns that are followed still have the types that they had. Pure. Must not know how a server names types. */

interface Seen {
  /** The table's columns by name, each with its type. Undefined: there was no such table. */
  readonly before: ReadonlyMap<string, unknown> | undefined;
  readonly now: ReadonlyMap<string, unknown>;
}

/** Why the table's changes can no longer be followed; null: they can. A column that is gone shows in the rows. */
export function changedColumn(name: string, columns: readonly string[], { before, now }: Seen): string | null {
  for (const column of columns) {
    const [was, is] = [before?.get(column), now.get(column)];
    if (was !== undefined && is !== undefined && was !== is) return `column ${column} of ${name} has another type now`;
  }
  return null;
}
