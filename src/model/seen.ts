/** Which versions of a conflict a person saw: a decision names them, and is refused once a side has moved on. Pure. */
import { createHash } from 'node:crypto';
import type { ConflictRecord } from './conflict.js';

export function seenToken({ id, sql, mongodb }: Pick<ConflictRecord, 'id' | 'sql' | 'mongodb'>): string {
  const text = JSON.stringify([id, sql.state, mongodb.state]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
