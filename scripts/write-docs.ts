/**
 * Writes what the documentation takes from the code: docs/errors.md from the catalogue, the table of keys in
 * docs/configuration.md from the configuration's schema, metrics and alerts in docs/operate.md, faults and ledger in docs/reliability.md, and the files in deploy/.
 * With --check it only says whether they are current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '../src/base/catalogue.js';
import { unavailableValues } from '../src/config/availability.js';
import { configSchema } from '../src/config/schema.js';
import { ledgerTables, readLedger } from '../torture/ledger.js';
import { alertsTable, metricsTable, prometheusRules } from './alert-docs.js';
import { faultsTable } from './fault-docs.js';
import { grafanaDashboard } from './grafana-dashboard.js';
import { helmValuesSchema } from './helm-values-schema.js';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

const beginOf = (name: string): string => `<!-- ${name}: written by \`npm run docs\`, do not edit -->`;
const endOf = (name: string): string => `<!-- end of ${name} -->`;

const files = [
  { path: 'docs/errors.md', text: errorsPage() },
  { path: 'docs/configuration.md', text: configurationPage(readFileSync('docs/configuration.md', 'utf8')) },
  { path: 'docs/operate.md', text: operatePage(readFileSync('docs/operate.md', 'utf8')) },
  {
    path: 'docs/reliability.md',
    text: reliabilityPage(readFileSync('docs/reliability.md', 'utf8')),
  },
  { path: 'deploy/prometheus-rules.yaml', text: prometheusRules() },
  { path: 'deploy/grafana-dashboard.json', text: grafanaDashboard() },
  { path: 'deploy/helm/isthmus/values.schema.json', text: helmValuesSchema() },
];

let stale = 0;
for (const { path, text } of files) {
  if (current(path) === text) continue;
  if (process.argv.includes('--check')) {
    stale += 1;
    process.stderr.write(`${path} is not current: run \`npm run docs\`.\n`);
  } else writeFileSync(path, text);
}
process.exit(stale === 0 ? 0 : 1);

function current(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function errorsPage(): string {
  const exits = { usage: 2, unreachable: 3, transient: 3, safety: 4, internal: 1 } as const;
  const rows = Object.entries(catalogue)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { kind, meaning, remedy }]) =>
        `| \`${code}\` | ${kind} | ${exits[kind]} | ${cell(meaning)} | ${cell(remedy)} |`,
    );
  return [
    '# Errors',
    '',
    'Every error has a code, says what happened and what to do. The command line prints `code: what, why` and the remedy on',
    'stderr, the API answers `{code, message, remedy}`. This page is written from `src/base/catalogue.ts` by `npm run docs`.',
    '',
    '| kind | what is done |',
    '|---|---|',
    '| usage | the person who asked is told; nothing was changed |',
    '| transient | tried again with a growing pause |',
    '| unreachable | tried again with a growing pause; a command that needs the server at once ends with 3 |',
    '| safety | the sync stops before it could do harm, and ends with 4 |',
    '| internal | a mistake of ours; the sync stops |',
    '',
    '| code | kind | exit | meaning | remedy |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function configurationPage(before: string): string {
  const rows = ['| key | default | meaning |', '|---|---|---|', ...keys(configSchema as unknown as Schema, '')];
  return between(before, 'keys', rows.join('\n'));
}

function reliabilityPage(before: string): string {
  const ledger = ledgerTables(readLedger(current('torture/ledger.jsonl') ?? ''));
  return between(between(before, 'faults', faultsTable()), 'ledger', ledger);
}

function operatePage(before: string): string {
  return between(between(before, 'metrics', metricsTable()), 'alerts', alertsTable());
}

/** The page with this text between the marks of that name. */
function between(page: string, name: string, text: string): string {
  const [begin, end] = [beginOf(name), endOf(name)];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`A page has lost its marks of ${name}.`);
  return `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
}

function keys(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const key = path === '' ? name : `${path}.${name}`;
    if (value.properties !== undefined) return keys(value, key);
    if (value.items?.properties !== undefined) return keys(value.items, `${key}[]`);
    const required = schema.required?.includes(name) === true && value.default === undefined;
    const shown = value.default === undefined ? (required ? 'required' : '') : `\`${JSON.stringify(value.default)}\``;
    const known = value.enum?.filter((one) => !unavailableValues.includes(one)) ?? [];
    const words = [known.map((one) => `\`${one}\``).join(', '), value.description ?? ''].filter((word) => word !== '');
    return [`| \`${key}\` | ${shown} | ${cell(words.join(': '))} |`];
  });
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
