/** A dead letter in words for a person. Pure. */
import type { DeadLetter, Discard } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import type { State } from '../../model/record.js';
import { isRefused, readRefusal } from '../../model/refusal.js';
import type { ShownDeadLetter } from '../sync.js';

/** `entity`: undefined if the table is no longer synced; its fields are then numbered. */
export function showDeadLetter(letter: DeadLetter, entity: Entity | undefined): ShownDeadLetter {
  const { id, key, link, code, reason, attempts } = letter;
  return {
    id,
    table: letter.entity,
    key: shown(key) ?? key,
    link,
    code,
    reason,
    attempts,
    firstAt: new Date(letter.firstAt).toISOString(),
    lastAt: new Date(letter.lastAt).toISOString(),
    before: showState(letter.base, entity),
    after: showState(letter.tip, entity),
    state: 'open',
    discardedAt: null,
    discardedBy: null,
  };
}

/** One that was given up. */
export function showDiscard({ letter, at, by }: Discard, entity: Entity | undefined): ShownDeadLetter {
  const shownLetter = showDeadLetter(letter, entity);
  return { ...shownLetter, state: 'discarded', discardedAt: new Date(at).toISOString(), discardedBy: by };
}

function showState(state: State, entity: Entity | undefined): Record<string, string | null> | null {
  return (
    state &&
    Object.fromEntries(state.map((value, index) => [entity?.fields[index]?.field ?? String(index), shown(value)]))
  );
}

/** A value that cannot cross is shown as its own side prints it. */
function shown(value: string | null): string | null {
  return isRefused(value) ? readRefusal(value).image : value;
}
