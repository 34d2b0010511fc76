/** Rows of a server's catalog, whose first two columns name a table. Pure. Must not know a server. */

type CatalogRow = readonly (string | null)[];

/** `schema.table` */
export function tableOf(row: CatalogRow): string {
  return `${row[0]}.${row[1]}`;
}

export function byTable(rows: readonly CatalogRow[]): ReadonlyMap<string, readonly CatalogRow[]> {
  const groups = new Map<string, CatalogRow[]>();
  for (const row of rows) {
    const list = groups.get(tableOf(row)) ?? [];
    list.push(row);
    groups.set(tableOf(row), list);
  }
  return groups;
}
