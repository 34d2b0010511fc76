import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LevelEvent,
  type LevelState,
  levelAtFirst,
  levelOf,
  levelStages,
  levelStep,
  needsApproval,
} from './levels.js';

const limits = { review: 0.001, pause: 0.01 };

/** Goes through events a minute apart; answers each stage with what was done on the way in. */
function walk(...events: readonly LevelEvent[]): { readonly told: readonly string[]; readonly state: LevelState } {
  let state = levelAtFirst;
  const told: string[] = [];
  for (const [at, event] of events.entries()) {
    const step = levelStep(state, event, { limits, now: 60_000 * (at + 1) });
    state = step.state;
    told.push(`${levelOf[state.stage]} ${state.stage}: ${step.actions.join(' ')}`);
  }
  return { told, state };
}

const compared = (different: number, whole = true, id = `c${different}`): LevelEvent => ({
  kind: 'compared',
  id,
  rate: different / 10_000,
  different,
  whole,
});

describe('rollback levels', () => {
  it('0 to 2: goes on and logs below 0.1 %, has people look up to 1 %, and comes back', () => {
    const { told } = walk(
      compared(0),
      compared(9),
      compared(10),
      compared(50),
      compared(100),
      compared(3),
      compared(0),
    );
    expect(told).toEqual([
      '0 calm: ',
      '1 drift: log compare_as_usual',
      '2 review: alert compare_more queue',
      '2 review: queue',
      '2 review: queue',
      '1 drift: log compare_as_usual',
      '0 calm: compare_as_usual',
    ]);
  });

  it('3: above 1 % writing stops, and goes on with a repair when a person says so', () => {
    const { told, state } = walk(
      compared(101),
      { kind: 'works' },
      { kind: 'approved' },
      compared(0, false),
      compared(0),
    );
    expect(told).toEqual([
      '3 held: alert pause',
      '3 held: ',
      '3 mending: resume repair',
      '3 mending: ',
      '0 calm: compare_as_usual',
    ]);
    expect(state.reason).toBe('');
  });

  it('3: what a sample shows is compared as a whole first', () => {
    expect(walk(compared(101, false), compared(500, false), compared(101)).told).toEqual([
      '3 comparing: alert compare_all',
      '3 comparing: ',
      '3 held: alert pause',
    ]);
    expect(walk(compared(101, false), compared(5)).told[1]).toBe('1 drift: log compare_as_usual');
  });

  it('3: a repair that did not help stops it again', () => {
    expect(walk(compared(101), { kind: 'approved' }, compared(101, true, 'c2')).told[2]).toBe('3 held: alert pause');
  });

  it('4: a link that stays broken leaves one source; back again needs the link and a person', () => {
    const { told, state } = walk(
      compared(20),
      { kind: 'broke', reason: 'PostgreSQL does not answer.' },
      { kind: 'approved' },
      { kind: 'works' },
      { kind: 'approved' },
      compared(0),
    );
    expect(told).toEqual([
      '2 review: alert compare_more queue',
      '4 cut: alert resume single_source',
      '4 cut: ',
      '4 rejoined: alert',
      '3 comparing: alert compare_all',
      '0 calm: compare_as_usual',
    ]);
    expect(state.divergenceRate).toBe(0);
  });

  it('the end of a repair is no comparison of its own', () => {
    expect(walk(compared(101), { kind: 'approved' }, compared(101)).told[2]).toBe('3 mending: ');
    expect(walk(compared(20), compared(20), compared(20, true, 'c2')).told).toEqual([
      '2 review: alert compare_more queue',
      '2 review: ',
      '2 review: queue',
    ]);
  });

  it('tells since when a level lasts, not a stage', () => {
    expect(walk(compared(101, false), compared(101)).state).toMatchObject({
      stage: 'held',
      since: 60_000,
      comparison: 'c101',
    });
    expect(walk(compared(0), compared(9)).state.since).toBe(120_000);
  });

  it('always has an answer, never writes on without approval, and what pauses resumes', () => {
    const anyEvent: fc.Arbitrary<LevelEvent> = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 300 }), fc.boolean()).map(([different, whole]) => compared(different, whole)),
      fc.constantFrom<LevelEvent>({ kind: 'broke', reason: 'gone' }, { kind: 'works' }, { kind: 'approved' }),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 50 }), (events) => {
        let state = levelAtFirst;
        let paused = false;
        for (const event of events) {
          const before = state;
          const { state: after, actions } = levelStep(state, event, { limits, now: 1 });
          state = after;
          expect(levelStages).toContain(state.stage);
          if (actions.includes('pause')) paused = true;
          if (actions.includes('resume')) paused = false;
          expect(paused).toBe(state.stage === 'held');
          if (needsApproval.has(before.stage) && state.stage !== before.stage)
            expect(['approved', 'broke']).toContain(event.kind);
        }
      }),
    );
  });
});
