/** How a mark is written: a row that the log shows, by itself or in the transaction that it is written in. */
import { literal } from '../names.js';

/** Counted, since a row that does not change stands in no log. */
export function markStatement(sync: string, id: string): string {
  return `insert into isthmus.marks (name, id, written) values (${literal(sync)}, ${literal(id)}, 1)
    on duplicate key update id = values(id), written = written + 1`;
}
