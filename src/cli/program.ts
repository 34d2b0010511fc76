/** The command line as a whole: every command with what it calls, and how wrong usage is told. */
import { Command, CommanderError } from 'commander';
import { IsthmusError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { version } from '../base/version.js';
import type { LetterOptions } from './commands/answer-letters.js';
import type { CheckOptions } from './commands/check.js';
import type { CompareOptions } from './commands/compare.js';
import type { ListOptions } from './commands/conflicts.js';
import type { DemoOptions } from './commands/demo.js';
import type { InitOptions } from './commands/init.js';
import type { LoadOptions } from './commands/load.js';
import type { PhaseOptions, RoutingOptions } from './commands/phase.js';
import type { PrepareOptions } from './commands/prepare.js';
import type { RepartitionOptions } from './commands/repartition.js';
import type { ReplayOptions } from './commands/replay.js';
import type { ReportOptions } from './commands/report.js';
import type { ResolveOptions } from './commands/resolve.js';
import type { RunOptions } from './commands/run.js';
import { compareCommand } from './comparison-definitions.js';
import type { ApiOptions, Context } from './context.js';
import * as define from './definitions.js';
import { exit, fail } from './exit.js';
import * as lifecycle from './lifecycle-definitions.js';

/** What a group of commands does when none is named. */
const alone: Readonly<Record<string, string>> = { phase: 'show' };

/** Runs one command; gives the process' exit code. */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  let code: number = exit.good;
  const program = makeProgram(context, (given) => {
    code = given;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return failProgram(error, program, { args, context });
  }
}

function makeProgram(context: Context, end: (code: number) => void): Command {
  /** Options are of the form that the definition gives them; arguments are '' where a command takes none. */
  const add = <Options>(
    command: Command,
    run: (options: Options, argument: string, second: string) => Promise<number>,
    parent = program,
  ): void => {
    parent.addCommand(
      command.action(async (...given: unknown[]) => {
        const [argument, second] = given.map((one) => (typeof one === 'string' ? one : ''));
        end(await run(command.opts() as Options, argument ?? '', second ?? ''));
      }),
      { isDefault: command.name() === alone[parent.name()] },
    );
  };
  const program: Command = new Command('isthmus')
    .description('Keeps PostgreSQL and MongoDB in step, in both directions')
    .version(version, '-V, --version')
    .addHelpText('after', '\nExamples:\n  $ isthmus demo --seconds 20\n  $ isthmus check && isthmus run\n');
  add(define.demoCommand(), async (options: DemoOptions) =>
    (await import('./commands/demo.js')).runDemo(options, context),
  );
  add(define.initCommand(), async (options: InitOptions) =>
    (await import('./commands/init.js')).runInit(options, context),
  );
  add(define.checkCommand(), async (options: CheckOptions) =>
    (await import('./commands/check.js')).runCheck(options, context),
  );
  add(define.prepareCommand(), async (options: PrepareOptions) =>
    (await import('./commands/prepare.js')).runPrepare(options, context),
  );
  add(define.runCommand(), async (options: RunOptions) => (await import('./commands/run.js')).runRun(options, context));
  add(define.statusCommand(), async (options: ApiOptions) =>
    (await import('./commands/status.js')).runStatus(options, context),
  );
  add(define.pauseCommand(), async (options: ApiOptions) =>
    (await import('./commands/status.js')).runPause(options, context),
  );
  add(define.resumeCommand(), async (options: ApiOptions) =>
    (await import('./commands/status.js')).runResume(options, context),
  );
  add(define.alertsCommand(), async (options: ApiOptions) =>
    (await import('./commands/alerts.js')).runAlerts(options, context),
  );
  add(define.loadCommand(), async (options: LoadOptions) =>
    (await import('./commands/load.js')).runLoad(options, context),
  );
  addLists(program, add, context);
  addCompare(program, add, context);
  addLifecycle(program, add, context);
  add(define.explainCommand(), async (options: ApiOptions, table, key) =>
    (await import('./commands/explain.js')).runExplain({ table, key }, options, context),
  );
  add(define.adviseCommand(), async (options: ApiOptions) =>
    (await import('./commands/advise.js')).runAdvise(options, context),
  );
  add(define.repartitionCommand(), async (options: RepartitionOptions) =>
    (await import('./commands/repartition.js')).runRepartition(options, context),
  );
  add(define.teardownCommand(), async (options: PrepareOptions) =>
    (await import('./commands/prepare.js')).runTeardown(options, context),
  );
  quiet(program, context);
  return program;
}

type Add = <Options>(
  command: Command,
  run: (options: Options, argument: string, second: string) => Promise<number>,
  parent: Command,
) => void;

function addLists(program: Command, add: Add, context: Context): void {
  const conflicts = define.conflictsCommand();
  add(
    define.conflictListCommand(),
    async (options: ListOptions) => (await import('./commands/conflicts.js')).runList(options, context),
    conflicts,
  );
  add(
    define.conflictShowCommand(),
    async (options: ApiOptions, id) => (await import('./commands/conflicts.js')).runShow(id, options, context),
    conflicts,
  );
  add(
    define.conflictResolveCommand(),
    async (options: ResolveOptions, id) =>
      (await import('./commands/resolve.js')).runResolve(id === '' ? null : id, options, context),
    conflicts,
  );
  add(
    define.conflictStatsCommand(),
    async (options: ApiOptions) => (await import('./commands/conflict-stats.js')).runStats(options, context),
    conflicts,
  );
  add(
    define.conflictReplayCommand(),
    async (options: ReplayOptions) => (await import('./commands/replay.js')).runReplay(options, context),
    conflicts,
  );
  program.addCommand(conflicts);
  const letters = define.deadLettersCommand();
  add(
    define.deadLetterListCommand(),
    async (options: ApiOptions) => (await import('./commands/dead-letters.js')).runList(options, context),
    letters,
  );
  add(
    define.deadLetterShowCommand(),
    async (options: ApiOptions, id) => (await import('./commands/dead-letters.js')).runShow(id, options, context),
    letters,
  );
  add(
    define.deadLetterRetryCommand(),
    async (options: LetterOptions, id) =>
      (await import('./commands/answer-letters.js')).runAnswer('retry', { ...options, id }, context),
    letters,
  );
  add(
    define.deadLetterDiscardCommand(),
    async (options: LetterOptions, id) =>
      (await import('./commands/answer-letters.js')).runAnswer('discard', { ...options, id }, context),
    letters,
  );
  program.addCommand(letters);
}

function addCompare(program: Command, add: Add, context: Context): void {
  add(
    compareCommand(),
    async (options: CompareOptions) => (await import('./commands/compare.js')).runCompare(options, context),
    program,
  );
}

function addLifecycle(program: Command, add: Add, context: Context): void {
  const phase = lifecycle.phaseCommand();
  const order = (command: Command, action: string): void =>
    add(
      command,
      async (options: PhaseOptions) => (await import('./commands/phase.js')).runOrder(action, options, context),
      phase,
    );
  add(
    lifecycle.phaseShowCommand(),
    async (options: ApiOptions) => (await import('./commands/phase.js')).runShow(options, context),
    phase,
  );
  order(lifecycle.phaseAdvanceCommand(), 'advance');
  order(lifecycle.phaseRollbackCommand(), 'rollback');
  order(lifecycle.phaseSourceCommand(), 'source');
  order(lifecycle.phaseApproveCommand(), 'approve');
  program.addCommand(phase);
  add(
    lifecycle.routingCommand(),
    async (options: RoutingOptions) => (await import('./commands/phase.js')).runRouting(options, context),
    program,
  );
  add(
    lifecycle.reportCommand(),
    async (options: ReportOptions) => (await import('./commands/report.js')).runReport(options, context),
    program,
  );
}

/** Commander's own way of telling and ending is replaced throughout. */
function quiet(command: Command, context: Context): void {
  command.exitOverride().showSuggestionAfterError(false);
  command.configureOutput({
    writeOut: (text) => context.terminal.out(text.trimEnd()),
    writeErr: () => {},
    outputError: () => {},
  });
  for (const child of command.commands) quiet(child, context);
}

interface Given {
  readonly args: readonly string[];
  readonly context: Context;
}

function failProgram(error: unknown, program: Command, { args, context: { terminal } }: Given): number {
  if (!(error instanceof CommanderError)) return fail(terminal, error);
  if (error.exitCode === 0) return exit.good;
  if (error.code === 'commander.help') {
    // Called without a command: its own help, or that of the group.
    const group = program.commands.find((command) => command.name() === args[0]);
    terminal.err((group ?? program).helpInformation().trimEnd());
    return exit.usage;
  }
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return fail(terminal, new IsthmusError('usage', { message: message + suggestion(message, program) }));
}

/** The nearest command or option to the unknown one. */
function suggestion(message: string, program: Command): string {
  const [, what, given] = /^unknown (command|option) '([^']+)'/.exec(message) ?? [];
  if (given === undefined) return '';
  const all = [program, ...program.commands, ...program.commands.flatMap((command) => command.commands)];
  const names =
    what === 'command'
      ? all.map((command) => command.name())
      : all.flatMap((command) => command.options.map((option) => option.long ?? ''));
  return didYouMean(given, names);
}
