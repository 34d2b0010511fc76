/** A migration's report as Markdown. Pure. */
import type { Report } from './report.js';

export function reportText(report: Report): string {
  const { conflicts, edgeCases } = report;
  return [
    `# Migration ${report.name}`,
    '',
    `As of ${at(report.generatedAt)}: **${report.phase}** since ${at(report.since)}.`,
    '',
    ...section(
      'Phases',
      ['phase', 'from', 'until'],
      report.phases.map((one) => [named(one), at(one.from), one.until === null ? 'now' : at(one.until)]),
      'No step was taken yet.',
    ),
    ...section(
      'Steps',
      ['when', 'step', 'kind', 'by', 'why'],
      report.history.map((one) => [
        at(one.at),
        `${one.from} → ${named({ phase: one.to, share: one.share })}`,
        one.forced ? `${one.kind}, **forced**` : one.kind,
        one.by,
        one.why ?? '',
      ]),
      'None.',
    ),
    ...section(
      'Rollback levels',
      ['when', 'level', 'reason', 'by'],
      report.levels.map((one) => [at(one.at), String(one.level), one.reason, one.by ?? '']),
      'Level 0 throughout.',
    ),
    '## Conflicts',
    '',
    `${conflicts.total} in all, ${conflicts.automatic} decided without a person, ${conflicts.pending} waiting.`,
    '',
    ...table(
      ['table', 'kind', 'strategy', 'conflicts', 'waiting', 'cause'],
      [...conflicts.groups]
        .sort((a, b) => b.total - a.total)
        .map((one) => [one.table, one.kind, one.strategy, String(one.total), String(one.pending), one.cause]),
    ),
    ...section(
      'Decisions of people and repairs',
      ['by', 'conflicts'],
      Object.entries(conflicts.deciders).map(([by, count]) => [by, String(count)]),
      `None among the newest ${conflicts.decidersOf} conflicts.`,
    ),
    ...section(
      'Divergence',
      ['comparison ended', 'compared', 'different', 'share', 'repaired'],
      report.divergence.map((one) => [
        at(one.finishedAt),
        String(one.compared),
        String(one.different),
        percent(one.compared === 0 ? 0 : one.different / one.compared),
        String(one.repaired),
      ]),
      'No comparison came to its end.',
    ),
    ...section(
      'Lag of the last day',
      ['link', 'median', '95 %', 'highest'],
      Object.entries(report.lag).map(([link, one]) => [link, ms(one.p50Ms), ms(one.p95Ms), ms(one.maxMs)]),
      'Not measured.',
    ),
    '## Edge cases',
    '',
    ...list('Values that the other side cannot hold', counts(edgeCases.refusedValues, 'conflicts')),
    ...list('Writes on the passive side', counts(report.passiveWrites, 'writes')),
    ...list(
      'Dead letters',
      edgeCases.deadLetters.map(({ table: of, link, code }) => `${of}, ${link}: ${code}`),
    ),
    ...list(
      'Stopped tables',
      Object.entries(edgeCases.stoppedTables).map(([of, reason]) => `${of}: ${reason}`),
    ),
    ...list(
      'Steps by force',
      report.forced.map((one) => `${at(one.at)}: ${one.from} → ${one.to}, by ${one.by}: ${one.why ?? ''}`),
    ),
  ].join('\n');
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[], none: string): string[] {
  return [`## ${title}`, '', ...(rows.length === 0 ? [none, ''] : table(head, rows))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** A person's text must not break the table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

function list(title: string, items: readonly string[]): string[] {
  return [`- ${title}: ${items.length === 0 ? 'none' : ''}`.trimEnd(), ...items.map((item) => `  - ${cell(item)}`)];
}

function counts(of: Readonly<Record<string, number>>, what: string): string[] {
  return Object.entries(of).map(([name, count]) => `${name}: ${count} ${what}`);
}

function named({ phase, share }: { readonly phase: string; readonly share: number | null }): string {
  return share === null ? phase : `${phase} ${Math.round(share * 100)} %`;
}

function at(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

function ms(value: number): string {
  return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))} %`;
}
