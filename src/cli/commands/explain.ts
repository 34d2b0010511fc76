/** `explain TABLE KEY`: where each field of a record has its value from, asked of a running process. */
import type { DecidingConflict, ExplainedField, Explanation } from '../../app/record/explain.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { keyCell, plural, readableValue, table, timeOf, valueCell } from '../format.js';
import type { Style } from '../terminal.js';

export interface RecordName {
  readonly table: string;
  readonly key: string;
}

export async function runExplain(record: RecordName, options: ApiOptions, context: Context): Promise<number> {
  const query = new URLSearchParams({ ...record });
  const explanation = (await askApi(apiTarget(options, context), 'GET', `/api/explain?${query}`)) as Explanation;
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(explanation, null, 2));
  else for (const line of explainLines(explanation, terminal.style)) terminal.out(line);
  return exit.good;
}

export function explainLines(of: Explanation, style: Style): string[] {
  const notes = new Notes();
  const rows = of.fields.map((field) => row(field, notes, style));
  const more = of.more ? ', and older ones that were not looked at' : '';
  return [
    `${style.bold(`${of.table} ${keyCell(of.key, 200)}`)} ↔ ${of.collection}   ${standing(of, style)}`,
    ...pendingLines(of, style),
    ...letterLines(of, style),
    ...deletedLines(of, notes),
    ...(rows.length === 0 ? [] : ['', ...table([['field', 'sql', 'mongodb', 'from'], ...rows])]),
    ...(notes.lines.length === 0 ? [] : ['', ...table(notes.lines)]),
    '',
    style.dim(
      of.conflicts === 0
        ? 'No conflict of this record is on record.'
        : `${plural(of.conflicts, 'conflict')} of this record on record${more}.`,
    ),
  ];
}

function standing({ present, equal }: Explanation, style: Style): string {
  if (!present.sql && !present.mongodb) return style.yellow('on neither side');
  if (!present.mongodb) return style.yellow('only in SQL');
  if (!present.sql) return style.yellow('only in MongoDB');
  return equal ? style.green('equal on both sides') : style.yellow('differs');
}

function pendingLines({ pending }: Explanation, style: Style): string[] {
  if (pending === null) return [];
  const { conflictId, kind, since, reason } = pending;
  return [
    `${style.yellow('Waits for a person')} since ${timeOf(since)}: ${kind}. ${reason ?? ''}`.trimEnd(),
    `  ${style.dim('→')} isthmus conflicts show ${conflictId}`,
  ];
}

function letterLines({ deadLetter }: Explanation, style: Style): string[] {
  if (deadLetter === null) return [];
  const { id, link, code, reason } = deadLetter;
  return [
    `${style.red('Dead letter')} (${link.replace('_to_', ' → ')}): ${code}. ${reason}`,
    `  ${style.dim('→')} isthmus dead-letters show ${id}`,
  ];
}

function deletedLines({ deletedBy }: Explanation, notes: Notes): string[] {
  if (deletedBy === null) return [];
  const mark = notes.mark(deletedBy);
  if (deletedBy.taken === 'merged')
    return ['', `The record is gone: ${mark} left none, though neither side had deleted it.`];
  const side = deletedBy.taken === 'both' ? 'both sides' : deletedBy.taken;
  return ['', `The record is gone: ${mark} kept the delete of ${side}.`];
}

function row({ field, sql, mongodb, equal, origin }: ExplainedField, notes: Notes, style: Style): string[] {
  const cells = [field, sideCell(sql), equal ? '=' : sideCell(mongodb)];
  if (origin.from === 'pending') return [...cells, style.yellow('waits for a person')];
  if (origin.from === 'no_conflict')
    return [...cells, equal ? style.dim('no conflict on record') : style.yellow('a change that is crossing')];
  const mark = notes.mark(origin.conflict);
  if (origin.from === 'conflict') return [...cells, `${mark} ${taken(origin.conflict)}`];
  const who = origin.side === null ? 'by one of the sides' : `by ${origin.side}, crossing`;
  return [...cells, `changed ${who} after ${mark}`];
}

function sideCell(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value !== 'object' || value === null || !('$refused' in value && '$text' in value))
    return valueCell(value, 32);
  return `${refusedText(value.$text)} (cannot cross)`;
}

/** As the document has it, cut; it is JSON for all but what is too large. */
function refusedText(json: unknown): string {
  let shown = String(json);
  try {
    shown = readableValue(JSON.parse(shown));
  } catch {
    // The text itself, then.
  }
  return shown.length <= 18 ? shown : `${shown.slice(0, 17)}…`;
}

function taken({ rule, taken: from, onlyChangedBy }: DecidingConflict): string {
  const by = rule === null ? '' : `${rule}: `;
  if (onlyChangedBy === from) return `${by}only ${from} had changed it`;
  if (from === 'both') return `${by}both sides had it`;
  if (from === 'merged') return `${by}made of both`;
  const given = onlyChangedBy === null ? '' : `, ${onlyChangedBy}’s change was given up`;
  return `${by}${from}’s value${given}`;
}

/** The conflicts that the lines above name by a number. */
class Notes {
  readonly lines: string[][] = [];
  private readonly marks = new Map<string, string>();

  mark({ conflictId, kind, strategy, decidedBy, decidedAt }: DecidingConflict): string {
    const known = this.marks.get(conflictId);
    if (known !== undefined) return known;
    const mark = `[${this.marks.size + 1}]`;
    this.marks.set(conflictId, mark);
    const by = decidedBy === null || decidedBy === 'policy' ? strategy : `${strategy}, ${decidedBy}`;
    this.lines.push([mark, conflictId, kind, by, timeOf(decidedAt)]);
    return mark;
  }
}
