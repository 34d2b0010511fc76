/** The whole proposal as YAML that can be pasted, reasons as comments, and as plain data. Pure. */
import type { Advice } from '../../conflict/advise.js';
import { conflictLines, mappingLines, scalar } from './advice-text.js';
import type { AllAdvice, ConflictRate, TableAdvice } from './advise.js';

export function adviceLines({ tables, leftOut }: AllAdvice): string[] {
  return [
    '# A proposal: nothing was changed. Each block can take the place of the table’s entry in the configuration.',
    ...rateNote(tables),
    ...leftOut.map(({ what }) => `# left out: ${oneLine(what)}`),
    ...(tables.length === 0 ? [] : ['entities:']),
    ...tables.flatMap((table) => ['', ...tableLines(table)]),
  ];
}

function rateNote(tables: readonly TableAdvice[]): string[] {
  const of = (what: ConflictRate['of']): boolean => tables.some(({ rate }) => rate?.of === what);
  return [
    ...(of('changes')
      ? [
          '# Conflicts per change: of the running process, since it started; changes are updates and deletes of both sides.',
        ]
      : []),
    ...(of('records')
      ? [
          '# Conflicts per record: all on record, by the number of rows that the server’s statistics tell; no process counts here.',
        ]
      : []),
  ];
}

function tableLines({ table, config, criticality, now, rate, advice }: TableAdvice): string[] {
  const facts = [rateText(rate), `criticality ${criticality}`, now === advice.strategy ? '' : `now ${now}`];
  return [
    `  # ${scalar(table)}: ${facts.filter((fact) => fact !== '').join('; ')}`,
    ...mappingLines(config),
    ...conflictLines(advice),
  ];
}

function rateText(rate: ConflictRate | null): string {
  if (rate === null) return 'nothing to measure conflicts by yet';
  const { of, conflicts, total } = rate;
  const counted = `${conflicts.toLocaleString('en')} ${conflicts === 1 ? 'conflict' : 'conflicts'}`;
  return `${counted}, ${percent(conflicts / total)} of ${total.toLocaleString('en')} ${of}`;
}

/** Two digits that count: `0.0037 %`. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** `--json`. */
export function adviceData({ tables, leftOut }: AllAdvice): unknown {
  return {
    tables: tables.map(({ table, criticality, now, rate, advice }) => ({
      table,
      criticality,
      now,
      rate: rate === null ? null : { ...rate, value: rate.conflicts / rate.total },
      reason: advice.reason,
      conflict: conflictData(advice),
      fields: advice.fields.map(({ field, kind, rule, reason }) => ({ column: field.column, kind, rule, reason })),
    })),
    leftOut,
  };
}

/** As it stands in the configuration. */
function conflictData({ strategy, vector, insertManual, fields, ...advice }: Advice): unknown {
  const rules = fields.map(({ field, rule }) => [field.column, rule] as const);
  return {
    strategy,
    ...(vector === null ? {} : { vector: vector.column }),
    ...(advice.delete === null ? {} : { delete: advice.delete }),
    ...(insertManual !== null ? { insert: 'manual' } : {}),
    ...(rules.length === 0 ? {} : { fields: Object.fromEntries(rules) }),
  };
}
