/** Decisions that come between the commit of a conflict and its answer: the store has it, the engine does not yet. */
import { expect, test } from 'vitest';
import { seenToken } from '../../model/seen.js';
import { ref, user, users } from '../../testing/mongodb/entities.js';
import { pendingConflict, sideVersion } from '../../testing/pending-conflict.js';
import { type DecisionParts, decideConflict } from './decide-conflict.js';

const conflict = pendingConflict({
  ...ref('1'),
  base: user('b', '1'),
  sql: sideVersion(user('s', '2')),
  mongodb: sideVersion(user('m', '1')),
});

/** An engine that learns of the conflict after so many looks, a store that says what became of it, and a clock of its own. */
function parts({ looks, stored }: { readonly looks: number; readonly stored: string | null }): DecisionParts {
  let asked = 0;
  let now = 0;
  return {
    engine: {
      pending: () => (++asked > looks ? [conflict] : []),
      decide: async () => ({ kind: 'decided', conflict }),
      status: () => ({ state: 'running' }) as ReturnType<DecisionParts['engine']['status']>,
    },
    conflicts: { get: async () => (stored === null ? null : { state: stored }) },
    entities: new Map([[users.name, users]]),
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
  };
}

const decision = { use: 'sql', seen: seenToken(conflict), by: 'ann' } as const;

test('a conflict that the engine is about to take up is waited for, and decided', async () => {
  await expect(decideConflict(parts({ looks: 3, stored: 'pending' }), 'one', decision)).resolves.toBeDefined();
});

test.each([
  ['pending', 'transient'],
  ['resolved', 'conflict_moved'],
  [null, 'not_found'],
] as const)('one that is stored as %s and never comes: %s', async (stored, code) => {
  await expect(
    decideConflict(parts({ looks: Number.POSITIVE_INFINITY, stored }), 'one', decision),
  ).rejects.toMatchObject({ code });
});
