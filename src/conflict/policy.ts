/** Which strategy decides a table's conflicts, and which rule each of its fields. Pure data, made by `compile-policy.ts`. */

export type Strategy =
  | 'lww'
  | 'prefer_sql'
  | 'prefer_mongodb'
  | 'merge'
  | 'version_vector'
  | 'ot'
  | 'crdt'
  | 'manual'
  | 'custom';

export type DeletePolicy = 'delete_wins' | 'update_wins' | 'lww' | 'manual';

/** Rules that need nothing but the field's three values (and, for `lww`, which side wrote later). */
export type PlainRule =
  | 'prefer_sql'
  | 'prefer_mongodb'
  | 'prefer_non_null'
  | 'merge_array'
  | 'merge_object'
  | 'lww'
  | 'max'
  | 'min'
  | 'text'
  | 'counter'
  | 'set';

export type FieldRule =
  | { readonly rule: PlainRule }
  /** Another field says who owns this one: canonical values of that field, by side. */
  | {
      readonly rule: 'flag';
      readonly flag: number;
      readonly sql: readonly string[];
      readonly mongodb: readonly string[];
    }
  | { readonly rule: 'custom'; readonly module: string };

export interface Policy {
  readonly strategy: Strategy;
  readonly delete: DeletePolicy;
  /** Whether somebody chose it for this very table; a table whose keys a sequence makes hands `insert_insert` to a person otherwise. */
  readonly chosen: boolean;
  /** `manual`: a person decides `insert_insert`, whatever the strategy; absent: see `chosen`. */
  readonly insert?: 'manual';
  /** Index in `Entity.fields` → its rule, for the strategies that decide field by field; `prefer_sql` where there is none. */
  readonly rules: ReadonlyMap<number, FieldRule>;
  /** `version_vector`: the index of the application's own vector in `Entity.fields`; null: the logs' order is used. */
  readonly vector: number | null;
  /** `custom`: the module's path, absolute; null for every other strategy. */
  readonly module: string | null;
}

export const defaultPolicy: Policy = {
  strategy: 'lww',
  delete: 'delete_wins',
  chosen: false,
  rules: new Map(),
  vector: null,
  module: null,
};
