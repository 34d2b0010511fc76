import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Check, evidenceFor, type Facts, type Limits } from './evidence.js';
import { meanings, nextStage, phases, readsOf, type Stage, stageOf, transitions } from './phases.js';
import { type Order, stepFrom } from './steps.js';

const limits: Limits = {
  lagMs: 1000,
  divergenceRate: 0.001,
  comparisonAgeMs: 3_600_000,
  pendingConflicts: 0,
  deadLetters: 0,
  dualReads: 100,
  dualReadDifferenceRate: 0.001,
  minimumMs: 0,
};

const good: Facts = {
  now: 10_000,
  since: 0,
  working: true,
  unloaded: [],
  stoppedTables: [],
  lagMs: 10,
  pendingConflicts: 0,
  deadLetters: 0,
  comparison: { startedAt: 9000, compared: 1000, different: 0 },
  passiveAt: null,
  reads: { compared: 100, different: 0 },
  rollbackLevel: 0,
  needsApproval: false,
};

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  now: fc.constant(10_000_000),
  since: fc.integer({ min: 0, max: 10_000_000 }),
  working: fc.boolean(),
  unloaded: fc.constantFrom([], ['public.a']),
  stoppedTables: fc.constantFrom([], ['public.b']),
  lagMs: fc.integer({ min: 0, max: 3000 }),
  pendingConflicts: fc.integer({ min: 0, max: 1 }),
  deadLetters: fc.integer({ min: 0, max: 1 }),
  comparison: fc.option(
    fc.record({
      startedAt: fc.integer({ min: 0, max: 10_000_000 }),
      compared: fc.integer({ min: 0, max: 10_000 }),
      different: fc.integer({ min: 0, max: 3 }),
    }),
  ),
  passiveAt: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
  reads: fc.record({ compared: fc.integer({ min: 0, max: 300 }), different: fc.integer({ min: 0, max: 1 }) }),
  rollbackLevel: fc.integer({ min: 0, max: 4 }),
  needsApproval: fc.boolean(),
});

const anyOrder: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ action: fc.constant('advance' as const), force: fc.boolean() }),
  fc.record({ action: fc.constant('rollback' as const), to: fc.constantFrom(...phases) }),
  fc.record({ action: fc.constant('source' as const), side: fc.constantFrom('sql' as const, 'mongodb' as const) }),
);

const anyStage: fc.Arbitrary<Stage> = fc.oneof(
  fc.constantFrom(...phases).map(stageOf),
  fc.constantFrom(0.1, 0.5, 1).map((share) => ({ phase: 'read_cutover' as const, share })),
);

const allGood = (next: Stage): readonly Check[] => evidenceFor(next, good, limits);

describe('steps of a migration', () => {
  it('has an answer to every order in every stage, and an answer says where or why', () => {
    fc.assert(
      fc.property(anyStage, anyOrder, anyFacts, (stage, order, facts) => {
        const step = stepFrom(stage, order, (next) => evidenceFor(next, facts, limits));
        if (step.ok) expect(phases).toContain(step.stage.phase);
        else expect(step.why.length).toBeGreaterThan(10);
      }),
    );
  });

  it('never enters a stage without its evidence unless forced, whatever the way there', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyOrder, anyFacts), { maxLength: 60 }), (walk) => {
        let stage = stageOf('prepare');
        for (const [order, facts] of walk) {
          const evidence = (next: Stage): readonly Check[] => evidenceFor(next, facts, limits);
          const step = stepFrom(stage, order, evidence);
          if (!step.ok) continue;
          if (order.action === 'advance') {
            expect(step.stage).toEqual(nextStage(stage));
            expect(evidence(step.stage).every(({ ok }) => ok)).toBe(!step.forced);
            if (step.forced) expect(order.force).toBe(true);
          }
          stage = step.stage;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('goes back from every phase to every earlier one, and to either side as the single source', () => {
    const nothing = (): never => {
      throw new Error('going back asks for no evidence');
    };
    for (const [at, phase] of phases.entries()) {
      for (const to of phases.slice(0, at))
        expect(stepFrom(stageOf(phase), { action: 'rollback', to }, nothing)).toMatchObject({
          ok: true,
          stage: stageOf(to),
        });
      for (const to of phases.slice(at))
        expect(stepFrom(stageOf(phase), { action: 'rollback', to }, nothing).ok).toBe(false);
      for (const side of ['sql', 'mongodb'] as const) {
        const step = stepFrom(stageOf(phase), { action: 'source', side }, nothing);
        expect(step).toMatchObject({ ok: true, stage: stageOf(transitions[phase].source[side]) });
        const { writes } = meanings[transitions[phase].source[side]];
        expect(writes).toEqual({ sql: side === 'sql', mongodb: side === 'mongodb' });
      }
    }
  });

  it('goes from prepare to retired in steps, with all reads served somewhere at each', () => {
    const way: string[] = [];
    let stage = stageOf('prepare');
    for (;;) {
      const { sql, mongodb } = readsOf(stage);
      expect(sql + mongodb).toBe(1);
      way.push(`${stage.phase} ${stage.share ?? ''} ${mongodb}`);
      const step = stepFrom(stage, { action: 'advance', force: false }, allGood);
      if (!step.ok) break;
      stage = step.stage;
    }
    expect(way).toEqual([
      'prepare  0',
      'snapshot  0',
      'replicate  0',
      'dual_read 0.1 0',
      'read_cutover 0.1 0.1',
      'read_cutover 0.5 0.5',
      'read_cutover 1 1',
      'bidirectional  1',
      'mongodb_primary  1',
      'retired  1',
    ]);
  });

  it('takes a larger share of compared reads, and no leap of reads to MongoDB', () => {
    const dual = stageOf('dual_read');
    const more = stepFrom(dual, { action: 'advance', share: 0.5, force: false }, allGood);
    expect(more).toMatchObject({ ok: true, stage: { phase: 'dual_read', share: 0.5 } });
    if (more.ok) expect(nextStage(more.stage)).toEqual({ phase: 'read_cutover', share: 0.1 });
    const cutover = stageOf('read_cutover');
    expect(stepFrom(cutover, { action: 'advance', share: 1, force: false }, allGood).ok).toBe(false);
    expect(stepFrom(cutover, { action: 'advance', share: 0.5, force: false }, allGood).ok).toBe(true);
    expect(stepFrom(cutover, { action: 'advance', to: 'retired', force: true }, allGood).ok).toBe(false);
  });
});

describe('evidence', () => {
  const failing = (phase: (typeof phases)[number], facts: Partial<Facts>): readonly string[] =>
    evidenceFor(stageOf(phase), { ...good, ...facts }, limits)
      .filter(({ ok }) => !ok)
      .map(({ name }) => name);

  it('names what is missing', () => {
    expect(failing('replicate', { unloaded: ['public.users'], lagMs: 5000 })).toEqual(['loads_complete', 'lag']);
    expect(failing('dual_read', { comparison: null })).toEqual(['comparison', 'divergence']);
    expect(failing('dual_read', { comparison: { startedAt: 9000, compared: 1000, different: 1 } })).toEqual([
      'divergence',
    ]);
    expect(failing('read_cutover', { reads: { compared: 99, different: 1 } })).toEqual([
      'dual_reads',
      'dual_read_differences',
    ]);
    expect(failing('bidirectional', { comparison: { startedAt: 9000, compared: 1e6, different: 1 } })).toEqual([
      'no_divergence',
    ]);
    expect(failing('bidirectional', { passiveAt: 9500 })).toEqual(['comparison']);
    expect(failing('mongodb_primary', { pendingConflicts: 1, deadLetters: 1 })).toEqual([
      'pending_conflicts',
      'dead_letters',
    ]);
    expect(failing('retired', { rollbackLevel: 2 })).toEqual(['rollback_level']);
    expect(failing('snapshot', { working: false })).toEqual(['working']);
  });

  it('a comparison counts for as long as it is said to', () => {
    expect(failing('dual_read', { now: 9000 + 3_600_000 })).toEqual([]);
    expect(failing('dual_read', { now: 9001 + 3_600_000 })).toEqual(['comparison']);
  });
});
