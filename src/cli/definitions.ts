/**
 * Every command's name, options, help and examples. Must not import what a command does: that is loaded when it is
 * called, so that help and `status` need no database driver.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../app/scale/roles.js';
import { strategies } from '../config/entity-schema.js';
import { conflictKinds } from '../model/conflict.js';
import { defaultFile, withApi, withConfig, withJson } from './context.js';
import { logLevels } from './log-levels.js';

export function demoCommand(): Command {
  return new Command('demo')
    .description('Embedded servers, a shop, writers on both sides that collide, and the sync between them')
    .option('--seconds <number>', 'stop the writers after so long, compare every record and report', wholeNumber)
    .option('--rows <number>', 'rows at the start, about', wholeNumber, 10_000)
    .option('--port <number>', 'port of the API and dashboard (7070, or any free one)', wholeNumber)
    .option('--rate <number>', 'transactions a second on each side', wholeNumber, 200)
    .option('--collisions <number>', 'pairs of colliding writes a second', wholeNumber, 150)
    .option('--seed <number>', 'of the writers’ randomness', wholeNumber, 1)
    .option('--keep', 'leave the servers’ data behind')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples('isthmus demo', 'isthmus demo --seconds 20', 'isthmus demo --seconds 20 --rows 100000 --json'),
    );
}

export function initCommand(): Command {
  const quick = 'isthmus init --sql postgres://localhost/shop --mongodb mongodb://localhost/shop';
  return new Command('init')
    .description('Reads the schema and writes a commented configuration')
    .requiredOption('--sql <url>', 'connection URL of PostgreSQL, or of MariaDB (mysql://…) or Oracle (oracle://…)')
    .requiredOption('--mongodb <url>', 'MongoDB’s connection URL')
    .option('--database <name>', 'MongoDB database to sync, if the URL names none')
    .option('--name <name>', 'the sync’s name; the database’s by default')
    .option('-o, --output <file>', 'where to write; - for stdout', defaultFile)
    .option('--force', 'overwrite the file')
    .addHelpText(
      'after',
      examples(quick, 'isthmus init --sql "$SQL_URL" --mongodb "$MONGODB_URL" --database shop -o -'),
    );
}

export function checkCommand(): Command {
  return withJson(withConfig(new Command('check')))
    .description('Everything that must hold before a run, with what mends it; changes nothing')
    .option('--resolvers', 'instead, try each table’s conflict policy, modules included, on generated conflicts')
    .addHelpText(
      'after',
      examples('isthmus check -c isthmus.yaml', 'isthmus check --json', 'isthmus check --resolvers'),
    );
}

export function prepareCommand(): Command {
  return withDryRun(withConfig(new Command('prepare')))
    .description('Makes all that the sync needs in both databases, and prints each statement')
    .addHelpText('after', examples('isthmus prepare --dry-run', 'isthmus prepare -c isthmus.yaml'));
}

export function teardownCommand(): Command {
  return withDryRun(withConfig(new Command('teardown')))
    .description('Removes what `prepare` made and what the sync stored; tables and collections stay')
    .addHelpText('after', examples('isthmus teardown --dry-run', 'isthmus teardown -c isthmus.yaml'));
}

export function repartitionCommand(): Command {
  return withConfig(new Command('repartition'))
    .description('Divides the records among more Kafka partitions, while all processes of the sync stand still')
    .requiredOption('--to <number>', 'partitions; a multiple of what there is', wholeNumber)
    .addHelpText('after', examples('isthmus repartition --to 24 -c isthmus.yaml'));
}

export function runCommand(): Command {
  return withConfig(new Command('run'))
    .description('Prepares what is missing, loads, then syncs until SIGTERM or Ctrl-C')
    .addOption(
      new Option('--role <role>', 'with Kafka: publish what both logs say, write what was published, or both')
        .choices([...roles])
        .default('all'),
    )
    .addOption(new Option('--log-level <level>', 'what to log').choices([...logLevels]))
    .addHelpText('after', examples('isthmus run -c isthmus.yaml', 'isthmus run --role worker --log-level debug'));
}

export function statusCommand(): Command {
  return withJson(withApi(new Command('status')))
    .description('Where a running sync stands')
    .addHelpText('after', examples('isthmus status', 'isthmus status --json --url http://127.0.0.1:7070'));
}

export function pauseCommand(): Command {
  return withJson(withApi(new Command('pause')))
    .description('Stops writing on both sides; the logs wait')
    .addHelpText('after', examples('isthmus pause -c isthmus.yaml'));
}

export function resumeCommand(): Command {
  return withJson(withApi(new Command('resume')))
    .description('Goes on after a pause')
    .addHelpText('after', examples('isthmus resume -c isthmus.yaml'));
}

export function alertsCommand(): Command {
  return withJson(withApi(new Command('alerts')))
    .description('Which alerts fire; ends with 1 if one does')
    .addHelpText('after', examples('isthmus alerts', 'isthmus alerts --json'));
}

export function loadCommand(): Command {
  return withJson(withApi(new Command('load')))
    .description('Loads a table again, through the same rules as any change; also takes up a table that was stopped')
    .requiredOption('--entity <table>', 'the table, as schema.table')
    .addOption(new Option('--from <side>', 'the side that is read').choices(['sql', 'mongodb']).default('sql'))
    .addHelpText(
      'after',
      examples('isthmus load --entity public.users', 'isthmus load --entity public.users --from mongodb'),
    );
}

export function conflictsCommand(): Command {
  return new Command('conflicts').description('What collided and how it was decided');
}

export function conflictListCommand(): Command {
  return withJson(withApi(new Command('list')))
    .description('Conflicts, newest first')
    .addOption(
      new Option('--state <state>', 'only these').choices(['pending', 'propagating', 'resolved', 'superseded']),
    )
    .addOption(new Option('--kind <kind>', 'only these').choices([...conflictKinds]))
    .option('--table <table>', 'only of this table')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .addHelpText(
      'after',
      examples('isthmus conflicts list --state pending', 'isthmus conflicts list --table public.users --json'),
    );
}

export function conflictShowCommand(): Command {
  return withJson(withApi(new Command('show')))
    .argument('<id>', 'the conflict’s id')
    .description('A conflict with both versions and the ancestor')
    .addHelpText('after', examples('isthmus conflicts show 0198c1…'));
}

export function conflictResolveCommand(): Command {
  return withJson(withApi(new Command('resolve')))
    .argument('[id]', 'the conflict’s id; none with --all')
    .description('Decides a conflict that waits for a person, or with --all every one of a table')
    .addOption(
      new Option('--use <version>', 'the version that shall stand on both sides').choices(['sql', 'mongodb', 'base']),
    )
    .option('--value <file>', 'a JSON file with the whole record, its key too; null for no record; - for stdin')
    .option('--seen <token>', 'what `conflicts show` printed as seen: refuse if a side has moved since')
    .option('--all', 'all that wait')
    .option('--table <table>', 'with --all: only of this table')
    .addOption(new Option('--kind <kind>', 'with --all: only these').choices([...conflictKinds]))
    .option('--by <name>', 'who decides, for the record; you by default')
    .addHelpText(
      'after',
      examples(
        'isthmus conflicts resolve 0198c1… --use mongodb',
        'isthmus conflicts resolve 0198c1… --value merged.json --seen pX3…',
        'isthmus conflicts resolve --all --table public.settings --use sql',
      ),
    );
}

export function conflictStatsCommand(): Command {
  return withJson(withApi(new Command('stats')))
    .description('How many conflicts, of which tables, kinds and strategies, and how they ended')
    .addHelpText('after', examples('isthmus conflicts stats', 'isthmus conflicts stats --json'));
}

export function conflictReplayCommand(): Command {
  return withJson(withApi(new Command('replay')))
    .description('What another strategy would have decided of the stored conflicts; changes nothing')
    .addOption(
      new Option('--strategy <strategy>', 'for every table that it fits; configured: the policies in use')
        .choices([...strategies, 'configured'])
        .makeOptionMandatory(),
    )
    .option('--since <time>', 'only those found since: 24h, 7d, or a time like 2026-01-31T12:00:00Z')
    .option('--table <table>', 'only of this table')
    .option('--limit <number>', 'the newest so many', wholeNumber, 10_000)
    .addHelpText(
      'after',
      examples(
        'isthmus conflicts replay --strategy merge --since 24h',
        'isthmus conflicts replay --strategy configured --table public.users --json',
      ),
    );
}

export function explainCommand(): Command {
  return withJson(withApi(new Command('explain')))
    .argument('<table>', 'as schema.table')
    .argument('<key>', 'the plain value, or a JSON object for several key columns')
    .description('Where each field of a record has its present value from, as far as the record of conflicts reaches')
    .addHelpText(
      'after',
      examples('isthmus explain public.users 7', `isthmus explain public.order_lines '{"order_id": 1, "line": 2}'`),
    );
}

export function deadLettersCommand(): Command {
  return new Command('dead-letters').description('Changes that their target refuses');
}

export function deadLetterListCommand(): Command {
  return withJson(withApi(new Command('list')))
    .description('Dead letters, oldest first')
    .addHelpText('after', examples('isthmus dead-letters list', 'isthmus dead-letters list --json'));
}

export function deadLetterShowCommand(): Command {
  return withJson(withApi(new Command('show')))
    .argument('<id>', 'the dead letter’s id')
    .description('A dead letter with its change and the reason')
    .addHelpText('after', examples('isthmus dead-letters show 0198c1…'));
}

export function deadLetterRetryCommand(): Command {
  return letterAction('retry')
    .description('Tries a dead letter at once, and says what came of it')
    .addHelpText('after', examples('isthmus dead-letters retry 0198c1…', 'isthmus dead-letters retry --all'));
}

export function deadLetterDiscardCommand(): Command {
  return letterAction('discard')
    .description('Gives a dead letter up: each side keeps what stands there, and the change stays on record')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('isthmus dead-letters discard 0198c1…', 'isthmus dead-letters discard --all --table public.users --yes'),
    );
}

function letterAction(name: string): Command {
  return withJson(withApi(new Command(name)))
    .argument('[id]', 'the dead letter’s id; none with --all')
    .option('--all', 'all that are open')
    .option('--table <table>', 'with --all: only of this table')
    .option('--by <name>', 'who asks, for the record; you by default');
}

export function adviseCommand(): Command {
  return withJson(withApi(new Command('advise')))
    .description('Proposes a conflict policy for each table, with its reasons; changes nothing')
    .addHelpText('after', examples('isthmus advise', 'isthmus advise -c isthmus.yaml --json'));
}

function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'print what would be done, and change nothing');
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
