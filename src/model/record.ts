/**
 * What a record is to the protocol: an address and a state in canonical form.
 * Must not know how either database stores it.
 */

/**
 * A canonical value: the text image of a field, normalised by its column's type (see `canonical.ts`), or null for
 * SQL NULL and for an absent or null document field. Two values are the same exactly if the strings are.
 * A value that cannot cross to the other side starts with U+0000: see `refusal.ts`.
 */
export type Value = string | null;

/**
 * A record's mapped fields without its key, in the order of `Entity.fields`; `null` is an absent record,
 * so that insert and delete are no special case.
 */
export type State = readonly Value[] | null;

/** Where a record lives: the entity's name and its encoded key (see `key.ts`). */
export interface RecordRef {
  readonly entity: string;
  readonly key: string;
}

/** `RecordRef` as one string, for maps and locks. */
export type RecordId = string;

const separator = '\u0001';

export function recordId(ref: RecordRef): RecordId {
  return ref.entity + separator + ref.key;
}

export function parseRecordId(id: RecordId): RecordRef {
  const at = id.indexOf(separator);
  return { entity: id.slice(0, at), key: id.slice(at + 1) };
}

/** Whether two canonical states are the same. */
export function sameState(a: State, b: State): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Of a write, what a record is as far as the side knows from which the write came. */
export function toldBy({ after, told }: { readonly after: State; readonly told?: State }): State {
  return told === undefined ? after : told;
}
