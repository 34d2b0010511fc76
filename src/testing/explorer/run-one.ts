/** Runs one seed of one scenario and says what came of it. */

import { checkAtRest } from './check.js';
import type { RuleName } from './rule-names.js';
import type { Scenario } from './scenario.js';
import { World } from './world.js';

export interface RunOptions {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly disabledRules?: readonly RuleName[];
  readonly trace?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly conflicts: number;
  readonly userWrites: number;
  readonly ours: number;
  readonly steps: number;
}

export async function runOne(options: RunOptions): Promise<RunResult> {
  const world = new World({ disabledRules: [], ...options });
  await world.run();
  const problems = world.problems.length > 0 ? world.problems : checkAtRest(world);
  return {
    seed: options.seed,
    problems,
    conflicts: world.conflicts.conflicts.length,
    userWrites: world.history.writes.length,
    ours: world.ours,
    steps: world.steps,
  };
}
