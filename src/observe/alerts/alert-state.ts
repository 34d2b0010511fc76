/**
 * When an alert fires and when it clears: a condition must have held for a while, and must have been good for a while.
 * Pure; must not know what is measured.
 */

/** `rising`: bad, but not long enough to fire. `falling`: still fires, since it is not good for long enough. */
export type AlertPhase = 'ok' | 'rising' | 'firing' | 'falling';

/** `unknown`: the value cannot be read now; it neither fires nor clears anything. */
export type Observation = 'bad' | 'good' | 'unknown';

export interface AlertState {
  readonly phase: AlertPhase;
  /** When this phase began. */
  readonly since: number;
  /** When it last began, or ceased, to fire. */
  readonly changedAt: number;
}

export interface AlertTimes {
  /** How long it must be bad before it fires. */
  readonly forMs: number;
  /** How long it must be good before it clears. */
  readonly clearMs: number;
}

const next: Readonly<Record<AlertPhase, Readonly<Record<Observation, AlertPhase>>>> = {
  ok: { bad: 'rising', good: 'ok', unknown: 'ok' },
  rising: { bad: 'rising', good: 'ok', unknown: 'ok' },
  firing: { bad: 'firing', good: 'falling', unknown: 'firing' },
  falling: { bad: 'firing', good: 'falling', unknown: 'firing' },
};

/** Where a phase leads once it has lasted. */
const lasted: Readonly<Record<AlertPhase, { readonly to: AlertPhase; readonly after: keyof AlertTimes | null }>> = {
  ok: { to: 'ok', after: null },
  rising: { to: 'firing', after: 'forMs' },
  firing: { to: 'firing', after: null },
  falling: { to: 'ok', after: 'clearMs' },
};

export const fires: Readonly<Record<AlertPhase, boolean>> = { ok: false, rising: false, firing: true, falling: true };

export function quiet(now: number): AlertState {
  return { phase: 'ok', since: now, changedAt: now };
}

export function observe(
  state: AlertState,
  seen: Observation,
  { now, times }: { readonly now: number; readonly times: AlertTimes },
): AlertState {
  const moved = enter(state, next[state.phase][seen], now);
  const { to, after } = lasted[moved.phase];
  return after === null || now - moved.since < times[after] ? moved : enter(moved, to, now);
}

function enter(state: AlertState, phase: AlertPhase, now: number): AlertState {
  if (phase === state.phase) return state;
  return { phase, since: now, changedAt: fires[phase] === fires[state.phase] ? state.changedAt : now };
}
