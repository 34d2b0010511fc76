/** How a mark is written: a row that the log shows, by itself or in the transaction that it is written in. */
import { bound, type Statement } from '../statement.js';

export function markStatement(sync: string, id: string): Statement {
  return bound(
    `merge into isthmus.marks m using dual on (m.name = :1)
      when matched then update set m.id = :2, m.written = m.written + 1
      when not matched then insert (name, id, written) values (:3, :4, 1)`,
    [
      ['text', sync],
      ['text', id],
      ['text', sync],
      ['text', id],
    ],
  );
}
