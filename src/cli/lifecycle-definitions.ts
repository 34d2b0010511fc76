/** The commands of a migration's phases, of routing and of the report: names, options, help and examples. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { phases } from '../lifecycle/phases.js';
import { withApi, withJson } from './context.js';
import { examples } from './definitions.js';

export function phaseCommand(): Command {
  return new Command('phase').description('Where the migration stands, and its steps');
}

export function phaseShowCommand(): Command {
  return asked('show')
    .description('The phase, the checklist of the next step, and the rollback level')
    .addHelpText('after', examples('isthmus phase', 'isthmus phase show --json'));
}

export function phaseAdvanceCommand(): Command {
  return ordered('advance')
    .description('Takes the next step, if its checklist says so; ends with 1 if not')
    .addOption(new Option('--to <phase>', 'refuse if the next step leads elsewhere').choices([...phases]))
    .option('--share <share>', 'of 1: reads that are compared in dual_read, or on MongoDB in read_cutover', share)
    .option('--force', 'although the checklist says no; needs --why')
    .addHelpText(
      'after',
      examples('isthmus phase advance', 'isthmus phase advance --force --why "two records differ on purpose"'),
    );
}

export function phaseRollbackCommand(): Command {
  return ordered('rollback')
    .description('Goes back to an earlier phase; the one before by default')
    .addOption(new Option('--to <phase>', 'that phase').choices([...phases]))
    .addHelpText(
      'after',
      examples('isthmus phase rollback', 'isthmus phase rollback --to replicate --why "slow reads"'),
    );
}

export function phaseSourceCommand(): Command {
  return ordered('source')
    .description('Makes one side the single source: reads, writes and the direction follow')
    .addOption(new Option('--side <side>', 'that side').choices(['sql', 'mongodb']).makeOptionMandatory())
    .addHelpText('after', examples('isthmus phase source --side sql --why "MongoDB is being rebuilt"'));
}

export function phaseApproveCommand(): Command {
  return ordered('approve')
    .description('Lets a sync go on that was stopped by rollback level 3 or 4')
    .addHelpText('after', examples('isthmus phase approve --by ann'));
}

export function routingCommand(): Command {
  return asked('routing')
    .description('Which side serves which share of the reads, and where may be written')
    .addOption(new Option('--format <format>', 'for a gateway: weights of an upstream’s targets').choices(['kong']))
    .addHelpText('after', examples('isthmus routing --json', 'isthmus routing --format kong > kong.yaml'));
}

export function reportCommand(): Command {
  return asked('report')
    .description('The story of the migration so far, as Markdown')
    .option('-o, --output <file>', 'where to write; - for stdout')
    .addHelpText('after', examples('isthmus report', 'isthmus report -o migration.md', 'isthmus report --json'));
}

function asked(name: string): Command {
  return withJson(withApi(new Command(name)));
}

function ordered(name: string): Command {
  return asked(name)
    .option('--why <text>', 'for the history')
    .option('--by <name>', 'who orders it, for the history; you by default');
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a share of 1, like 0.5.');
  return value;
}
