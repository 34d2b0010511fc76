import { describe, expect, it } from 'vitest';
import type { ConflictRecord } from '../model/conflict.js';
import { recordId, type State } from '../model/record.js';
import { pendingConflict } from '../testing/pending-conflict.js';
import type { Candidate } from './candidate.js';
import { Decisions } from './decisions.js';

const shown = pendingConflict({ id: 'c1', reason: 'left to a person', createdAt: 1 });
const id = recordId(shown);
const held = { sql: undefined, mongodb: undefined };
const resting: Candidate = { id, held, base: ['base'], tips: { sql: ['sql'], mongodb: ['mongodb'] } };
const written = (by: string, decision: State): ConflictRecord => ({
  ...shown,
  resolution: 'merged',
  decision,
  state: 'propagating',
  resolvedBy: by,
});

describe('decisions of people', () => {
  it('are for the versions that were shown', async () => {
    const decisions = new Decisions();
    const first = decisions.ask(shown, { choice: { use: 'base' }, by: 'ann' });
    expect(decisions.for(resting)).toEqual({ state: ['base'], by: 'ann', strategy: null });
    expect(decisions.for({ ...resting, tips: { ...resting.tips, sql: ['sql, later'] } })).toBeUndefined();
    expect(await first).toEqual({ kind: 'moved' });
    expect(decisions.for(resting)).toBeUndefined();
  });

  it('are told to who made them: not to who asked after that one’s time was up', async () => {
    const decisions = new Decisions();
    const ann = decisions.ask(shown, { choice: { use: 'sql' }, by: 'ann' });
    expect(decisions.for(resting)).toEqual({ state: ['sql'], by: 'ann', strategy: null });
    decisions.answer(id, { kind: 'unknown' });
    expect(await ann).toEqual({ kind: 'unknown' });
    const bob = decisions.ask(shown, { choice: { use: 'mongodb' }, by: 'bob' });
    decisions.decided(written('ann', ['sql']));
    decisions.answer(id, { kind: 'moved' });
    expect(await bob).toEqual({ kind: 'moved' });
    const carl = decisions.ask(shown, { choice: { use: 'mongodb' }, by: 'carl' });
    const his = written('carl', ['mongodb']);
    decisions.decided(his);
    expect(await carl).toEqual({ kind: 'decided', conflict: his });
  });
});
