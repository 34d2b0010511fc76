/**
 * One run: two sides in memory, users on both, processes that run the engine, and a seed that decides what happens when.
 * Ends at rest, where `check.ts` looks at what is left.
 */
import type { Policy } from '../../conflict/policy.js';
import type { Entity } from '../../model/entity.js';
import { type RecordRef, sameState } from '../../model/record.js';
import { otherSide, type Side } from '../../model/side.js';
import { MemoryConflicts } from '../memory/memory-conflicts.js';
import { MemorySide } from '../memory/memory-side.js';
import { hashed, Random } from '../random.js';
import { Actor, Scheduler, settled } from '../scheduler.js';
import { Comparer } from './comparer.js';
import { makeDecider } from './decide.js';
import { makePolicyDecider } from './decide-by-policy.js';
import { drawPolicy } from './draw-policy.js';
import { History } from './history.js';
import { Operators } from './operators.js';
import { People } from './people.js';
import { Processes } from './processes.js';
import type { RuleName } from './rule-names.js';
import { drawScenario, type Scenario } from './scenario.js';
import { drawOptions, drawRefs, drawSlow, entityName, fill, makeEntities, tableRules } from './setup.js';
import { TableWork } from './table-work.js';
import { commitLine } from './trace-line.js';
import { type UsersContext, userTransaction } from './users.js';
import { WholeTransactions } from './whole-transactions.js';

export interface WorldOptions {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly disabledRules: readonly RuleName[];
  readonly trace?: (line: string) => void;
}

/** Rest: nobody has had anything to do for so long, by virtual time. */
const calmMs = 300;
/** A run that takes more steps never comes to rest. */
const stepsMax = 20_000;

export class World {
  readonly random: Random;
  readonly history = new History();
  readonly conflicts = new MemoryConflicts();
  readonly operators: Operators;
  readonly sides: Readonly<Record<Side, MemorySide>>;
  readonly refs: readonly RecordRef[];
  readonly problems: string[] = [];
  readonly whole: WholeTransactions;
  readonly people: People;
  readonly comparer: Comparer;
  readonly tableWork: TableWork;
  /** Where scenarios decide by one. */
  readonly policy: Policy | null;
  readonly sequenceKey: boolean;
  readonly options: WorldOptions;
  readonly loadFrom: Side;
  /** Record changes of ours on either side. */
  ours = 0;
  /** Changes that a side made on its own to what we wrote. */
  deviations = 0;
  filled = 0;
  readonly scheduler: Scheduler;
  private readonly processes: Processes;
  private readonly modules = new Actor('modules');
  private lastChange = 0;
  private readonly users: UsersContext;
  /** How often connections break, until the run comes to rest. */
  private faults = 0;

  constructor(given: WorldOptions) {
    const { seed } = given;
    this.random = new Random(seed * 7919 + 17);
    const { random, history } = this;
    const scenario = drawScenario(random, given.scenario);
    const options = { ...given, scenario };
    this.options = options;
    this.scheduler = new Scheduler(random);
    this.operators = new Operators({ random, scheduler: this.scheduler, scenario, sides: () => this.sides });
    if (scenario.crash && random.chance(0.5)) this.faults = 0.02;
    const refusals = { mended: false };
    const side = (name: Side): MemorySide =>
      new MemorySide(name, {
        scheduler: this.scheduler,
        random,
        rules: tableRules(scenario, name, refusals),
        partSize: random.pick([1, 2, 100]),
        conflicts: this.conflicts,
        faults: () => this.faults,
        disabledRules: new Set(options.disabledRules),
      });
    this.sides = { sql: side('sql'), mongodb: side('mongodb') };
    if (scenario.policies) this.sides.sql.skewMs = Math.floor(hashed(`clocks of ${seed}`) * 5 - 2) * 20;
    this.refs = drawRefs(random, scenario);
    this.users = { random, history, scenario, refs: this.refs, widened: () => this.tableWork.widened };
    const entities = makeEntities(random, scenario);
    const entity = entities.get(entityName) as Entity;
    this.tableWork = new TableWork({
      ...this,
      scenario,
      entity,
      map: (mapped) => void entities.set(entityName, mapped),
      say: (line) => this.say(line),
    });
    const policy = scenario.policies ? drawPolicy(random, entity) : null;
    this.policy = policy;
    this.sequenceKey = entity.sequenceKey;
    this.people = new People({ random, history, scenario, refusals, stored: () => this.conflicts.conflicts });
    this.comparer = new Comparer(this);
    const drawn = drawOptions(random, scenario, options.disabledRules);
    this.loadFrom = drawn.loadFrom;
    const process = {
      scheduler: this.scheduler,
      ...this.sides,
      conflicts: this.conflicts,
      ...this.operators.forProcesses(drawn.options.keepsPassive),
      engine: {
        entities,
        resolve:
          policy === null
            ? makeDecider(history, { seed, manual: scenario.manual === true })
            : makePolicyDecider({
                entities,
                policy,
                history,
                loses: options.disabledRules.includes('merge'),
                skewMs: this.sides.sql.skewMs,
                moduleAnswers: () => this.scheduler.step(this.modules, 'a module answers', () => {}),
              }),
        options: drawn.options,
      },
    };
    this.processes = new Processes({
      random,
      scenario,
      process,
      problems: this.problems,
      say: (line) => this.say(line),
      booted: () => {
        this.lastChange = this.scheduler.now;
      },
    });
    this.whole = new WholeTransactions(this, drawn.options.wholeTransaction);
    drawSlow(random, this.scheduler);
    this.listen(options.trace);
    fill(this.users, this.sides[this.loadFrom], this.sides[otherSide(this.loadFrom)]);
    this.comparer.begin();
    this.filled = scenario.load ? this.sides.sql.table.ids().length + this.sides.mongodb.table.ids().length : 0;
  }

  /** The whole run; problems that showed on the way are in `problems`. */
  async run(): Promise<void> {
    this.processes.boot();
    await this.disturb();
    await this.comeToRest();
  }

  get steps(): number {
    return this.scheduler.steps;
  }

  private async disturb(): Promise<void> {
    const { random, scheduler } = this;
    const { scenario } = this.options;
    const steps = 80 + random.int(900);
    const transactions = scenario.dense || scenario.turns ? 10 + random.int(20) : 2 + random.int(14);
    const speed = { sql: random.pick([0.05, 0.15, 0.4]), mongodb: random.pick([0.05, 0.15, 0.4]) };
    let users = 0;
    for (let step = 0; step < steps; step++) {
      if (random.chance(speed.sql)) this.sides.sql.log.publish();
      if (random.chance(speed.mongodb)) this.sides.mongodb.log.publish();
      if (users < transactions && random.chance((2 * transactions) / steps)) {
        const side = random.chance(0.5) ? 'sql' : 'mongodb';
        if (this.isFollowed(side) && this.operators.mayWrite(side)) {
          users++;
          this.operators.watch(side, userTransaction(this.users, this.sides[side]));
        }
      }
      const { processes } = this;
      processes.disturb(6 / steps);
      if (scenario.turns) this.operators.disturb(processes.newest, 15 / steps);
      if (scenario.people) this.people.disturb(processes.newest, processes.zombie, 20 / steps);
      if (scenario.reloads) this.tableWork.reload(processes.newest, 6 / steps);
      if (scenario.columns)
        this.tableWork.widen(processes.newest, { probability: 4 / steps, openUsers: this.operators.openUsers });
      this.comparer.disturb(processes.newest, processes.zombie, 20 / steps);
      scheduler.tick();
      await settled();
      processes.supervise();
    }
  }

  /** What is written to a side before a position in its log is stored crosses only by a load from there. */
  private isFollowed(side: Side): boolean {
    const stored = [...this.sides[otherSide(side)].lanes.values()].some((lane) => lane.saved !== undefined);
    return stored || (this.options.scenario.load === true && side === this.loadFrom);
  }

  private async comeToRest(): Promise<void> {
    const { random, scheduler } = this;
    this.faults = 0;
    this.processes.resume();
    scheduler.onIdle = () => this.sides.sql.log.publish() || this.sides.mongodb.log.publish();
    for (const limit = scheduler.steps + stepsMax; scheduler.steps < limit; ) {
      for (const side of Object.values(this.sides)) if (random.chance(0.5)) side.log.publish();
      scheduler.tick();
      await settled();
      this.processes.supervise();
      if (this.options.scenario.turns) this.operators.end(this.processes.running);
      if (this.problems.length > 0 || (this.resting && !this.decideRest())) return;
    }
    const held = Object.values(this.sides).flatMap((side) =>
      [...side.held.values()].map((row) => `${row.key} on ${side.side}`),
    );
    this.problems.push(`did not come to rest; held: ${held.join(', ')}; next: ${scheduler.waiting().join(', ')}`);
  }

  /** Whether something was left to decide at rest. */
  private decideRest(): boolean {
    const { people } = this.options.scenario;
    const process = this.processes.working;
    if (process === undefined) return false;
    // Listed by a process that was succeeded and did not live to take it back: whoever starts next goes on with it.
    if ([...this.conflicts.loads.values()].some(({ state }) => state === 'open')) {
      process.stop();
      this.lastChange = this.scheduler.now;
      return true;
    }
    const asked = this.comparer.atRest(process.engine) || (people && this.people.decideAll(process.engine) > 0);
    if (this.people.rounds > 8) this.problems.push('people cannot decide what waits for them');
    if (asked) this.lastChange = this.scheduler.now;
    return asked === true;
  }

  private get resting(): boolean {
    const sides = Object.values(this.sides);
    const read = sides.every((side) => side.reader !== null && side.reader.cursor >= side.log.lastPart);
    if (!read || !this.processes.idle || this.operators.openUsers > 0) this.lastChange = this.scheduler.now;
    const waiting = this.conflicts.waiting();
    return (
      this.scheduler.now - this.lastChange > calmMs &&
      sides.every(
        (side) =>
          side.log.caughtUp && side.transactions.size === 0 && [...side.held.keys()].every((id) => waiting.has(id)),
      )
    );
  }

  private listen(trace: ((line: string) => void) | undefined): void {
    if (trace) this.scheduler.trace = trace;
    for (const side of Object.values(this.sides)) {
      side.onCommit = (commit) => {
        const changed = commit.changes.filter((one) => !sameState(one.before, one.after));
        if (changed.length + commit.held.length + commit.settlements.length > 0) this.lastChange = this.scheduler.now;
        if (commit.number !== null) this.ours += changed.length;
        this.comparer.look();
        this.deviations += commit.deviations;
        // What hangs on a deleted record goes with it, seen or not: the side's own doing, like a user's.
        if (commit.added.length > 0) this.history.record(commit.side, commit.added, true);
        trace?.(commitLine(commit));
        if (commit.number !== null) this.whole.check(commit);
      };
    }
  }

  private say(line: string): void {
    this.options.trace?.(`--- ${line}`);
  }
}
