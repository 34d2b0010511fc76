/** A conflict's state and kind in words. */
import type { Conflict } from '../../api/shapes.js';
import { useSideNames } from '../../state/side-names.js';
import { Badge } from '../../ui/parts.js';
import { words } from '../../view/format.js';

export function ConflictState({ state, resolution }: Pick<Conflict, 'state' | 'resolution'>) {
  const { sql, mongodb } = useSideNames();
  if (state === 'pending')
    return (
      <Badge tone="warn" icon="pause">
        waiting
      </Badge>
    );
  if (state === 'propagating') return <Badge tone="accent">being written</Badge>;
  if (state === 'superseded') return <Badge tone="neutral">superseded</Badge>;
  return (
    <Badge tone="good" icon="check">
      {resolution === 'sql_wins' ? `${sql} won` : resolution === 'mongo_wins' ? `${mongodb} won` : words(resolution)}
    </Badge>
  );
}

const kindTexts: Readonly<Record<string, string>> = {
  write_write: 'Both changed it',
  insert_insert: 'Both inserted it',
  delete_update: 'Deleted and changed',
  type_mismatch: 'Types do not match',
  structural: 'Structures do not match',
  unique_violation: 'A unique value is taken',
};

export function kindText(kind: string): string {
  return kindTexts[kind] ?? words(kind);
}
