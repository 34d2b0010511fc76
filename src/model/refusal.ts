/**
 * A value that one side holds and the other cannot: kept as a canonical value of its own, so that states that
 * contain it can be compared, stored and held like any other. It starts with U+0000, which no other canonical value
 * contains: PostgreSQL's text refuses that character, so a string that has it is itself refused.
 */
import type { State, Value } from './record.js';

export type RefusalKind = 'type_mismatch' | 'structural';

export interface Refusal {
  readonly kind: RefusalKind;
  /** Why it cannot cross, in words for an operator, without the value. */
  readonly reason: string;
  /** The value's image on its own side (text or canonical extended JSON): tells two refused values apart. */
  readonly image: string;
}

const letters: Record<RefusalKind, string> = { type_mismatch: 't', structural: 's' };

export function refuse(refusal: Refusal): string {
  return `\u0000${letters[refusal.kind]}${JSON.stringify([refusal.reason, refusal.image])}`;
}

export function isRefused(value: Value): value is string {
  return value !== null && value.charCodeAt(0) === 0 && value.length > 0;
}

export function readRefusal(value: string): Refusal {
  const [reason, image] = JSON.parse(value.slice(2)) as [string, string];
  return { kind: value[1] === 's' ? 'structural' : 'type_mismatch', reason, image };
}

/** The index of the first refused field of a state, or -1. */
export function refusedField(state: State): number {
  if (state !== null) for (let i = 0; i < state.length; i++) if (isRefused(state[i] as Value)) return i;
  return -1;
}
