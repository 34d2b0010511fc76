/** Three-way union of lists. Must not know what their elements are. */

export interface Lists<T> {
  readonly base: readonly T[];
  readonly sql: readonly T[];
  readonly mongodb: readonly T[];
}

/**
 * Each element as often as the change that one side made to its number says; where both changed it, adds of the same
 * element are the same add (the greater number), removals the same removal (the smaller), one of each both happen.
 * Order: the ancestor's, then what SQL added in its order, then what MongoDB added. `keyOf` is the same for equal elements.
 */
export function mergeLists<T>({ base, sql, mongodb }: Lists<T>, keyOf: (element: T) => string): T[] {
  const counts = { base: countOf(base, keyOf), sql: countOf(sql, keyOf), mongodb: countOf(mongodb, keyOf) };
  const left = new Map<string, number>();
  const merged: T[] = [];
  for (const element of [...base, ...sql, ...mongodb]) {
    const key = keyOf(element);
    let open = left.get(key);
    open ??= wanted(counts.base.get(key) ?? 0, counts.sql.get(key) ?? 0, counts.mongodb.get(key) ?? 0);
    if (open > 0) merged.push(element);
    left.set(key, open - 1);
  }
  return merged;
}

function wanted(base: number, sql: number, mongodb: number): number {
  if (sql >= base && mongodb >= base) return Math.max(sql, mongodb);
  if (sql <= base && mongodb <= base) return Math.min(sql, mongodb);
  return sql + mongodb - base;
}

function countOf<T>(list: readonly T[], keyOf: (element: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const element of list) {
    const key = keyOf(element);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
