/** The command that compares both sides: name, options, help and examples. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { withApi, withJson } from './context.js';
import { examples } from './definitions.js';

export function compareCommand(): Command {
  return withJson(withApi(new Command('compare')))
    .description(
      'Compares both sides while all goes on, and repairs what differs if told to; ends with 1 if records differ. Where no process runs, this one syncs first, then compares',
    )
    .option('--entity <table...>', 'only these tables, as schema.table')
    .option('--sample <share>', 'a share of the records, above 0 up to 1', share)
    .addOption(
      new Option(
        '--repair <side>',
        'the side that is right, the other one is changed; policy: each table’s conflict policy decides',
      ).choices(['sql', 'mongodb', 'policy']),
    )
    .option('--dry-run', 'with --repair: only say what would be written')
    .option('--by <name>', 'who asks, for the record; you by default')
    .addHelpText(
      'after',
      examples(
        'isthmus compare',
        'isthmus compare --entity public.users --sample 0.1 --json',
        'isthmus compare --repair sql --dry-run',
      ),
    );
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be above 0 and at most 1.');
  return value;
}
