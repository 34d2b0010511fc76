/**
 * Encodes a record's key as one string: a single-column key is its canonical value, a composite one is the JSON
 * array of its canonical values in the order of the primary key's definition.
 */

/** `parts` are canonical, never null, one per key column. */
export function encodeKey(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] as string) : JSON.stringify(parts);
}

/** The inverse of `encodeKey`; `columns` is the number of key columns. */
export function decodeKey(key: string, columns: number): readonly string[] {
  return columns === 1 ? [key] : (JSON.parse(key) as string[]);
}
