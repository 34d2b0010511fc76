/** Which strategy decides a table's conflicts. Pure data. */

export type Strategy = 'lww' | 'prefer_sql' | 'prefer_mongodb' | 'manual';
export type DeletePolicy = 'delete_wins' | 'update_wins' | 'lww' | 'manual';

export interface Policy {
  readonly strategy: Strategy;
  readonly delete: DeletePolicy;
  /** Whether somebody chose it for this very table; a table whose keys a sequence makes hands `insert_insert` to a person otherwise. */
  readonly chosen: boolean;
}

export const defaultPolicy: Policy = { strategy: 'lww', delete: 'delete_wins', chosen: false };
