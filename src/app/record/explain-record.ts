/** Reads a record on both sides and its conflicts, to explain it. Changes nothing. */
import type { Entity } from '../../model/entity.js';
import { recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { SideStore } from '../../ports/side-store.js';
import { type Explanation, explain } from './explain.js';
import { keyOfText } from './record-key.js';

export interface ExplainParts {
  readonly conflicts: Pick<ConflictStore, 'records' | 'deadLetters'>;
  readonly stores: Readonly<Record<Side, Pick<SideStore, 'read'>>>;
}

/** A record with more conflicts than this has other troubles; each field's newest one is nearly always among them. */
const maxConflicts = 200;

/** Throws `request_invalid` if the text is no key of the table. */
export async function explainRecord(
  { conflicts, stores }: ExplainParts,
  entity: Entity,
  keyText: string,
): Promise<Explanation> {
  const ref = { entity: entity.name, key: keyOfText(entity, keyText) };
  const how = { locked: false, raw: false };
  const [sql, mongodb, page, letters] = await Promise.all([
    stores.sql.read([ref], how),
    stores.mongodb.read([ref], how),
    conflicts.records({ table: entity.name, key: ref.key, limit: maxConflicts }),
    conflicts.deadLetters(),
  ]);
  const id = recordId(ref);
  const now = { sql: sql.get(id)?.state ?? null, mongodb: mongodb.get(id)?.state ?? null };
  const deadLetter = letters.find((one) => recordId(one) === id) ?? null;
  return explain({ entity, key: ref.key, now, conflicts: page.conflicts, more: page.cursor !== null, deadLetter });
}
