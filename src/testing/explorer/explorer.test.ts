import { describe, expect, it } from 'vitest';
import { explore } from './explore.js';
import { type RuleName, ruleNames } from './rule-names.js';
import { runOne } from './run-one.js';
import { scenarioNamed, scenarios } from './scenario.js';

const told = (scenario: string, seed: number): string =>
  `replay: npm run explore -- --scenario ${scenario} --seed ${seed} --trace`;

describe('the engine on sides in memory', () => {
  it.each(scenarios.map(({ name }) => name))('holds what always holds: %s', async (name) => {
    const tallies = await explore({
      scenarios: [name],
      seed: 1,
      runs: 25,
      stride: 1,
      disabledRules: [],
      until: Number.MAX_SAFE_INTEGER,
    });
    const first = tallies.get(name)?.first;
    expect(first?.problems ?? [], first ? told(name, first.seed) : '').toEqual([]);
  });

  it('a conflict that was decided after it waited gives up its name, so that a later one does not overwrite its record', async () => {
    const { problems } = await runOne({ seed: 700_066, scenario: scenarioNamed('manual+crash') });
    expect(problems).toEqual([]);
  });

  it('a person is told of his own decision, not of one whose author has stopped waiting', async () => {
    const { problems } = await runOne({ seed: 1661, scenario: scenarioNamed('people') });
    expect(problems).toEqual([]);
  });

  it('what only a new column tells apart is no conflict while the lead changes hands either', async () => {
    const { problems } = await runOne({ seed: 64, scenario: scenarioNamed('columns+crash') });
    expect(problems).toEqual([]);
  });

  it('a decision that SQL has outrun is no guess of a load: a deletion after it is one of a value that it knows', async () => {
    const { problems } = await runOne({ seed: 721, scenario: scenarioNamed('dense+crash') });
    expect(problems).toEqual([]);
  });

  it('a record that is deleted while the load of a column with a default reaches it is no conflict', async () => {
    const { problems } = await runOne({ seed: 7, scenario: scenarioNamed('columns') });
    expect(problems).toEqual([]);
  });

  it('an update that changes nothing is no later write', async () => {
    const { problems } = await runOne({ seed: 32, scenario: scenarioNamed('strategies+crash') });
    expect(problems).toEqual([]);
  });

  it('a first life that finds its beginning behind the mark of a turn learns of the turn all the same', async () => {
    const { problems } = await runOne({ seed: 601, scenario: scenarioNamed('turns+afar+crash') });
    expect(problems).toEqual([]);
  });

  it('does the same for the same seed', async () => {
    const lines = async (): Promise<string[]> => {
      const trace: string[] = [];
      await runOne({ seed: 11, scenario: scenarioNamed('lanes+crash'), trace: (line) => trace.push(line) });
      return trace;
    };
    expect(await lines()).toEqual(await lines());
  });
});

/** Where the absence of a rule shows soonest. */
const shows: Record<RuleName, string> = {
  echo: 'overlap',
  awaiting: 'aba',
  tips: 'plain',
  superseded: 'dense',
  absorb: 'aba',
  mark: 'overlap',
  lock: 'crash',
  timer: 'overlap',
  unloaded: 'load',
  'echo-loads': 'load',
  durable: 'lanes+crash',
  ranges: 'disjoint',
  deviation: 'deviate',
  compare: 'plain',
  fence: 'zombie',
  number: 'disjoint',
  'atomic-progress': 'crash',
  merge: 'strategies',
  shown: 'people',
  watch: 'comparison',
  confirm: 'comparison',
  owed: 'turns',
  early: 'turns',
  'lead-mark': 'turns+afar',
  coming: 'turns+afar+crash',
  skipped: 'turns+afar',
  'letter-shown': 'letters',
  lacking: 'reload',
  unheard: 'columns',
  filled: 'fills',
  'before-chunk': 'reload+lanes',
  left: 'reload+lanes',
};

/** The first seed that shows it, where that is far: so many runs would only be waited for. */
const from: Partial<Record<RuleName, number>> = { 'before-chunk': 6392, left: 3185, coming: 1778 };

describe('without a rule something breaks', () => {
  it.each(ruleNames)('%s', { timeout: 240_000 }, async (rule) => {
    const scenario = shows[rule];
    const until = Date.now() + 230_000;
    const tallies = await explore({
      scenarios: [scenario],
      seed: from[rule] ?? 1,
      runs: 20_000,
      stride: 1,
      disabledRules: [rule],
      until,
      stopAtFailure: true,
    });
    expect(tallies.get(scenario)?.bad).toBe(1);
  });
});
