/** Merges two versions of a text so that both sides' edits survive. Must not know columns or fields. */
import { deriveOperation } from './derive.js';
import { shareInserts } from './share-inserts.js';
import { applyOperation } from './text-operation.js';
import { transformOperation } from './transform.js';

/** Running MongoDB's edit after SQL's gives the same as SQL's after MongoDB's; where both insert at one place, SQL's text stands first. */
export function mergeText(base: string, sql: string, mongodb: string): string {
  const edits = shareInserts(deriveOperation(base, sql), deriveOperation(base, mongodb));
  const second = transformOperation({ operation: edits.mongodb, side: 'mongodb', over: edits.sql });
  return applyOperation(sql, second);
}
