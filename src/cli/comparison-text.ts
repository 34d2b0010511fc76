/** A comparison as lines for a terminal. Pure. */
import type { Comparison, ComparisonDetail, ShownDifference } from '../app/compare/comparison.js';
import { bar, count, keyCell, plural, table } from './format.js';
import type { Style } from './terminal.js';

export function progressLine(of: Comparison, { cyan, dim }: Style, columns: number): string {
  if (of.state === 'queued') return dim('  waits for the comparison before it');
  const { compared, different, repaired } = of;
  // The total is an estimate: the bar must not claim to be done.
  const total = Math.max(of.total, compared);
  const share = total === 0 ? 0 : Math.min(compared / (total * of.sample || 1), 0.999);
  const wide = Math.max(8, Math.min(30, columns - 50));
  const found =
    different === 0 ? '' : `${plural(different, 'difference')}${repaired > 0 ? `, ${count(repaired)} repaired` : ''}`;
  return `  ${cyan(bar(share, wide))} ${`${Math.floor(share * 100)}`.padStart(3)} %  ${count(compared)}  ${found}`;
}

export function comparisonLines(of: ComparisonDetail, style: Style, width: number): string[] {
  const { bold, green, red, dim } = style;
  const equal = of.different === 0;
  const head = equal
    ? green('Both sides are equal')
    : red(`${plural(of.different, 'record')} of ${count(of.compared)} differ`);
  const part = of.sample < 1 ? ` (a share of ${of.sample})` : '';
  const lines = [`${bold(head)}${equal ? `: ${plural(of.compared, 'record')}` : ''}${part}`, ''];
  lines.push(...tablesOf(of, style));
  if (of.differences.length > 0) lines.push('', ...differencesOf(of, width));
  if (of.planned !== null) {
    const { insert, update, delete: removed } = of.planned;
    const target = of.repair === 'sql' ? 'MongoDB' : 'SQL';
    lines.push(
      '',
      `A repair would insert ${count(insert)}, update ${count(update)} and delete ${count(removed)} on ${target}.`,
    );
  }
  if (of.repaired > 0) lines.push('', green(`${plural(of.repaired, 'record')} repaired.`));
  if (of.waiting > 0)
    lines.push(
      '',
      dim(`${plural(of.waiting, 'record')} not counted: they wait as conflicts, dead letters or for a load.`),
    );
  if (of.unsettled > 0)
    lines.push('', dim(`${plural(of.unsettled, 'record')} not counted: they changed at every look.`));
  return lines;
}

function tablesOf({ tables }: Comparison, { bold }: Style): string[] {
  const head = ['table', 'compared', 'differ', 'not in SQL', 'not in MongoDB', 'repaired'].map(bold);
  const rows = Object.entries(tables).map(([name, { compared, different, missing, repaired }]) => [
    name,
    compared,
    different,
    missing.sql,
    missing.mongodb,
    repaired,
  ]);
  return table([head, ...rows]);
}

const kinds: Record<ShownDifference['kind'], string> = {
  missing_sql: 'not in SQL',
  missing_mongodb: 'not in MongoDB',
  different: 'differs',
};

function differencesOf({ differences, different }: ComparisonDetail, width: number): string[] {
  const rows = differences.map(({ table: name, key, kind, fields, state, reason }) => [
    name,
    keyCell(key, 40),
    kind === 'different' ? `differs: ${fields.join(', ')}` : kinds[kind],
    state === 'open' ? '' : `${state}${reason === null ? '' : `: ${reason}`}`,
  ]);
  const more = different - differences.length;
  return [
    ...table(rows).map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)),
    ...(more > 0 ? [`… and ${count(more)} more`] : []),
  ];
}
