/** One write of our own, answered: what was committed before it can be read, and its place in the log lies behind all of that. */
import type { OracleContext } from '../context.js';
import { bound } from '../statement.js';

/**
 * On a single server a commit can be read before its redo is on disk, so that nothing is decoded too early. Of a cluster that is not said
 * of every instance, and our own commit there waits for the others'.
 */
export async function passBarrier({ marks, name }: Pick<OracleContext, 'marks' | 'name'>): Promise<void> {
  await marks.query(
    bound(
      `merge into isthmus.barriers b using dual on (b.name = :1)
        when matched then update set b.passed = b.passed + 1
        when not matched then insert (name, passed) values (:2, 1)`,
      [
        ['text', name],
        ['text', name],
      ],
    ),
  );
}

/** At least the SCN of the barrier that was passed last; asks for no right beyond the table's. */
export async function barrierScn({ marks, name }: Pick<OracleContext, 'marks' | 'name'>): Promise<string> {
  const { rows } = await marks.query(
    bound('select b.ora_rowscn from isthmus.barriers b where b.name = :1', [['text', name]]),
  );
  return rows[0]?.[0] ?? '0';
}
