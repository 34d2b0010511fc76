/** What the demo says at its end: for people and as JSON. Pure. */
import type { Counts } from '../observe/collector.js';
import type { Comparison } from '../reconcile/compare.js';
import { count, duration, plural, table } from './format.js';
import type { Style } from './terminal.js';

export interface DemoFacts {
  readonly loadedRows: number;
  readonly loadMs: number;
  readonly writing: {
    readonly transactions: number;
    readonly records: number;
    readonly collisions: number;
    readonly bySide: { readonly sql: number; readonly mongodb: number };
  };
  readonly writingMs: number;
  /** Until both sides had come to rest; null: they did not in time. */
  readonly settleMs: number | null;
  readonly counts: Counts;
  readonly pending: number;
  readonly deadLetters: number;
  readonly comparison: Comparison;
}

export function isEqual({ comparison, settleMs, pending, deadLetters }: DemoFacts): boolean {
  return comparison.different === 0 && settleMs !== null && pending === 0 && deadLetters === 0;
}

export function reportJson(facts: DemoFacts): object {
  const { comparison, counts, writing } = facts;
  return {
    equal: isEqual(facts),
    rows: facts.loadedRows,
    loadMs: Math.round(facts.loadMs),
    transactions: writing.transactions,
    transactionsBySide: writing.bySide,
    records: writing.records,
    collidingWrites: writing.collisions * 2,
    conflicts: { total: total(counts.conflicts), byKind: counts.conflicts, pending: facts.pending },
    agreements: counts.agreements,
    deadLetters: facts.deadLetters,
    latency: {
      sql_to_mongodb: counts.links.sql_to_mongodb.latency,
      mongodb_to_sql: counts.links.mongodb_to_sql.latency,
    },
    settleMs: facts.settleMs === null ? null : Math.round(facts.settleMs),
    compared: comparison.compared,
    different: comparison.different,
    missing: comparison.missing,
    tables: comparison.tables,
  };
}

export function reportLines(facts: DemoFacts, style: Style): string[] {
  const { bold, dim, green, red } = style;
  const { comparison, counts, writing } = facts;
  const good = isEqual(facts);
  const seconds = facts.writingMs / 1000;
  const kinds = Object.entries(counts.conflicts).map(([kind, value]) => `${kind} ${count(value)}`);
  const rate = seconds > 0 ? dim(`  ${count(writing.transactions / seconds)}/s`) : '';
  const rows = [
    ['rows loaded', `${count(facts.loadedRows)}${dim(`  in ${duration(facts.loadMs)}`)}`],
    [
      'transactions',
      `${count(writing.transactions)}${rate}${dim(`  PostgreSQL ${count(writing.bySide.sql)}, MongoDB ${count(writing.bySide.mongodb)}`)}`,
    ],
    ['records written', count(writing.records)],
    ['colliding writes', count(writing.collisions * 2)],
    ['conflicts', `${count(total(counts.conflicts))}${dim(`  ${kinds.join(', ') || 'none'}`)}`],
    ...(counts.agreements === 0 ? [] : [['agreed', `${plural(counts.agreements, 'collision')} wrote the same`]]),
    ['SQL → MongoDB', latency(counts.links.sql_to_mongodb.latency, style)],
    ['MongoDB → SQL', latency(counts.links.mongodb_to_sql.latency, style)],
    ['came to rest', facts.settleMs === null ? red('not in time') : duration(facts.settleMs)],
    ['compared', `${count(comparison.compared)} records`],
  ];
  const verdict = good
    ? green(bold('  ✔ Both sides are equal: different = 0'))
    : red(bold(`  ✘ Both sides differ: different = ${count(comparison.different)}`));
  return [
    '',
    ...table(
      rows.map(([name, value]) => [dim(`  ${name}`), value as string]),
      3,
    ),
    '',
    verdict,
    ...troubleLines(facts),
    '',
  ];
}

function troubleLines({ comparison, pending, deadLetters }: DemoFacts): string[] {
  const examples = comparison.examples.slice(0, 5).map(({ entity, key }) => `    ${entity} ${key}`);
  const { sql, mongodb } = comparison.missing;
  return [
    ...(sql + mongodb === 0 ? [] : [`    missing in PostgreSQL ${count(sql)}, in MongoDB ${count(mongodb)}`]),
    ...(pending === 0 ? [] : [`    ${plural(pending, 'conflict')} for a person`]),
    ...(deadLetters === 0 ? [] : [`    ${plural(deadLetters, 'dead letter')}`]),
    ...examples,
  ];
}

function latency({ p50Ms, p95Ms, p99Ms }: { p50Ms: number; p95Ms: number; p99Ms: number }, { dim }: Style): string {
  return `p50 ${duration(p50Ms)}  p95 ${duration(p95Ms)}  ${dim(`p99 ${duration(p99Ms)}, commit to commit`)}`;
}

function total(conflicts: Readonly<Record<string, number>>): number {
  return Object.values(conflicts).reduce((sum, value) => sum + value, 0);
}
