/** What the sides refuse in the scenario with dead letters, until somebody mends it. Data only. */
import type { Side } from '../../model/side.js';

export interface Refusals {
  mended: boolean;
}

/** A record's second field: the value that this side does not take. */
export const refusedBy: Readonly<Record<Side, string>> = { sql: 'not on sql', mongodb: 'not on mongodb' };
