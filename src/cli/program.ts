/** The command line as a whole: every command by name, and how wrong usage is told. */
import { Command, CommanderError } from 'commander';
import { IsthmusError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { version } from '../base/version.js';
import { checkCommand, runCheck } from './commands/check.js';
import { listCommand, runList, runShow, showCommand } from './commands/conflicts.js';
import { demoCommand, runDemo } from './commands/demo.js';
import { initCommand, runInit } from './commands/init.js';
import { prepareCommand, runPrepare, runTeardown, teardownCommand } from './commands/prepare.js';
import { runCommand, runRun } from './commands/run.js';
import { examples, pauseCommand, resumeCommand, runPause, runResume, runStatus, statusCommand } from './commands/status.js';
import type { Context, Run } from './context.js';
import { exit, fail } from './exit.js';

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
    return failProgram(error, program, context);
  }
}

function makeProgram(context: Context, end: (code: number) => void): Command {
  const add = <Options>(parent: Command, command: Command, run: Run<Options>): void => {
    parent.addCommand(command.action(async () => end(await run(command.opts() as Options, context))));
  };
  const program = new Command('isthmus')
    .description('Keeps PostgreSQL and MongoDB in step, in both directions')
    .version(version, '-V, --version')
    .addHelpText('after', examples('isthmus demo --seconds 20', 'isthmus init --sql postgres://localhost/shop --mongodb mongodb://localhost/shop', 'isthmus check && isthmus run'));
  add(program, demoCommand(), runDemo);
  add(program, initCommand(), runInit);
  add(program, checkCommand(), runCheck);
  add(program, prepareCommand(), runPrepare);
  add(program, runCommand(), runRun);
  add(program, statusCommand(), runStatus);
  add(program, pauseCommand(), runPause);
  add(program, resumeCommand(), runResume);
  const conflicts = new Command('conflicts').description('What collided and how it was decided');
  add(conflicts, listCommand(), runList);
  const show = showCommand();
  conflicts.addCommand(show.action(async (id: string) => end(await runShow(id, show.opts(), context))));
  program.addCommand(conflicts);
  add(program, teardownCommand(), runTeardown);
  quiet(program, context);
  return program;
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

function failProgram(error: unknown, program: Command, { terminal }: Context): number {
  if (!(error instanceof CommanderError)) return fail(terminal, error);
  if (error.exitCode === 0) return exit.good;
  if (error.code === 'commander.help') {
    // Called without a command.
    terminal.err(program.helpInformation().trimEnd());
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
  const names = what === 'command' ? all.map((command) => command.name()) : all.flatMap((command) => command.options.map((option) => option.long ?? ''));
  return didYouMean(given, names);
}
