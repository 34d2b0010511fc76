/** An alert neither flaps nor sleeps: its machine against what its words promise, for every course of observations. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AlertState, fires, type Observation, observe, quiet } from './alert-state.js';

const course = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1, max: 40 }),
    seen: fc.constantFrom<Observation>('bad', 'good', 'unknown'),
  }),
  { maxLength: 60 },
);
const durations = fc.record({ forMs: fc.integer({ min: 0, max: 100 }), clearMs: fc.integer({ min: 0, max: 100 }) });

interface Step {
  readonly now: number;
  readonly seen: Observation;
  readonly state: AlertState;
}

function run(
  observations: readonly { afterMs: number; seen: Observation }[],
  times: { forMs: number; clearMs: number },
) {
  const steps: Step[] = [];
  let now = 0;
  let state = quiet(now);
  for (const { afterMs, seen } of observations) {
    now += afterMs;
    state = observe(state, seen, { now, times });
    steps.push({ now, seen, state });
  }
  return steps;
}

/** How long the last observations up to `at` were all `what`; null: the last one was not. */
function lastedMs(steps: readonly Step[], at: number, what: Observation): number | null {
  let first: Step | null = null;
  for (let i = at; i >= 0 && steps[i]?.seen === what; i--) first = steps[i] as Step;
  return first === null ? null : (steps[at] as Step).now - first.now;
}

test('it begins to fire exactly when it was bad for long enough, and to clear when it was good for long enough', () => {
  fc.assert(
    fc.property(course, durations, (observations, times) => {
      const steps = run(observations, times);
      let fired = false;
      for (const [at, { state }] of steps.entries()) {
        const bad = lastedMs(steps, at, 'bad');
        const good = lastedMs(steps, at, 'good');
        if (!fired && bad !== null && bad >= times.forMs) fired = true;
        else if (fired && good !== null && good >= times.clearMs) fired = false;
        expect(fires[state.phase]).toBe(fired);
      }
    }),
  );
});

test('two changes are never nearer than what must last for the second one', () => {
  fc.assert(
    fc.property(course, durations, (observations, times) => {
      const changes = run(observations, times).filter(
        ({ state }, at, steps) => state.changedAt !== (steps[at - 1]?.state.changedAt ?? 0),
      );
      for (const [at, { now, state }] of changes.entries()) {
        expect(state.changedAt).toBe(now);
        const before = changes[at - 1];
        if (before === undefined) continue;
        expect(now - before.now).toBeGreaterThanOrEqual(fires[state.phase] ? times.forMs : times.clearMs);
      }
    }),
  );
});

test('what cannot be read neither fires nor clears', () => {
  fc.assert(
    fc.property(course, durations, (observations, times) => {
      const steps = run(observations, times);
      for (const [at, { seen, state }] of steps.entries())
        if (seen === 'unknown') expect(fires[state.phase]).toBe(fires[steps[at - 1]?.state.phase ?? 'ok']);
    }),
  );
});

test('a clock that steps back keeps a state and breaks nothing', () => {
  const times = { forMs: 10, clearMs: 10 };
  let state = quiet(1000);
  for (const now of [1001, 500, 505]) state = observe(state, 'bad', { now, times });
  expect(state.phase).toBe('rising');
  state = observe(state, 'bad', { now: 1011, times });
  expect(state).toEqual({ phase: 'firing', since: 1011, changedAt: 1011 });
});
