/** Runs seeds of scenarios one after the other, until they are done or the time is over. Must not know how the work is shared out. */
import type { RuleName } from './rule-names.js';
import { runOne } from './run-one.js';
import { scenarioNamed } from './scenario.js';
import { count, emptyTally, type Tally } from './tally.js';

export interface Exploration {
  readonly scenarios: readonly string[];
  /** Seeds `seed`, `seed + stride`, … below `seed + runs`, for each scenario. */
  readonly seed: number;
  readonly runs: number;
  readonly stride: number;
  readonly disabledRules: readonly RuleName[];
  /** Milliseconds since 1970 at which it ends, done or not. */
  readonly until: number;
  /** Ends at the first failure. */
  readonly stopAtFailure?: boolean;
}

export async function explore(exploration: Exploration): Promise<Map<string, Tally>> {
  const { scenarios, seed, runs, stride, disabledRules, until } = exploration;
  const tallies = new Map(scenarios.map((name) => [name, emptyTally()]));
  for (let at = 0; at < runs; at += stride) {
    for (const name of scenarios) {
      if (Date.now() >= until) return tallies;
      const tally = tallies.get(name) as Tally;
      count(tally, await runOne({ seed: seed + at, scenario: scenarioNamed(name), disabledRules }));
      if (exploration.stopAtFailure && tally.bad > 0) return tallies;
    }
  }
  return tallies;
}
