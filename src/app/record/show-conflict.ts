/**
 * A conflict as it is shown. While it waits for a person it comes with what a decision needs: the three versions in the form that a
 * typed value must have, and the columns' types.
 */
import { plainRecord } from '../../conflict/plain.js';
import type { Entity } from '../../model/entity.js';
import { seenToken } from '../../model/seen.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { SyncEngine } from '../../sync/engine.js';

interface ShowParts {
  readonly conflicts: Pick<ConflictStore, 'get'>;
  readonly engine: Pick<SyncEngine, 'pending'>;
  readonly entities: ReadonlyMap<string, Entity>;
}

/** Null: no such conflict. */
export async function showConflict(parts: ShowParts, id: string): Promise<Readonly<Record<string, unknown>> | null> {
  const stored = await parts.conflicts.get(id);
  if (stored?.['state'] !== 'pending') return stored;
  const [waiting] = await parts.engine.pending(id);
  const entity = waiting && parts.entities.get(waiting.entity);
  if (waiting === undefined || entity === undefined) return stored;
  const { key, base, sql, mongodb } = waiting;
  return {
    ...stored,
    // Of the versions beside it: what is stored may be a moment older.
    seen: seenToken(waiting),
    versions: {
      base: plainRecord(entity, key, base),
      sql: plainRecord(entity, key, sql.state),
      mongodb: plainRecord(entity, key, mongodb.state),
    },
    columns: entity.fields.map(({ field, type, nullable }) => ({ field, type: type.sql, nullable })),
  };
}
