/** What users write into a record of each table. Values are made of the transaction's own token, so that each is written once. Pure. */
import type { Random } from '../../src/testing/random.js';
import type { Values } from '../history.js';
import { type Column, type Table, tableNamed } from '../tables.js';

/** From what stands there to what is to stand there; null is no record, the same again leaves it alone. */
export type Edit = (before: Values | null) => Values | null;

export interface Writing {
  /** The transaction's token. */
  readonly id: string;
  readonly user: number;
  readonly serial: number;
}

/** Also written by others: two adds of one element. */
const sharedTags = ['red', 'green', 'blue', 'grey'];
/** A bio of so many words is begun anew, a set of so many tags is cleared out. */
const mostWords = 60;
const mostTags = 12;

export function insertOf(table: Table, writing: Writing): Values {
  return Object.fromEntries(table.columns.map((column) => [column.name, firstValue(column, writing)]));
}

function firstValue({ name, type, rule }: Column, writing: Writing): string {
  if (rule === 'counter') return '1';
  if (rule === 'max') return '1';
  if (rule === 'words') return `${writing.id} `;
  return name === 'by' ? writing.id : freshValue(type, name, writing);
}

/** A value that nobody else writes, where the type has so many. */
function freshValue(type: Column['type'], name: string, { id, user, serial }: Writing): string {
  switch (type) {
    case 'text':
      return `${name} of ${id}`;
    case 'text[]':
      return JSON.stringify([id]);
    case 'numeric':
      return `${serial}.${user + 1}1`;
    case 'timestamptz':
      return String(1_700_000_000_000 + serial * 100 + user);
    case 'jsonb':
      return JSON.stringify({ level: serial % 10, word: id });
    case 'boolean':
      return String(serial % 2 === 0);
    case 'int':
    case 'bigint':
      return String(serial);
  }
}

export function changeOf(table: Table, before: Values, writing: Writing & { readonly random: Random }): Values {
  const { random } = writing;
  const changed: Record<string, string | null> = { ...before, by: writing.id };
  // Text that is wholly replaced is what a lost write is seen by.
  if (table.strategy !== 'merge')
    for (const { name } of writtenWhole(table, random)) changed[name] = fresh(table, name, writing);
  else
    for (const column of someOf(mergedColumns(table), random)) changed[column.name] = edited(column, before, writing);
  return changed;
}

function writtenWhole({ columns }: Table, random: Random): readonly Column[] {
  const free = columns.filter(({ name }) => name !== 'by');
  return [free[0] as Column, ...free.slice(1).filter(() => random.chance(0.4))];
}

function fresh(table: Table, name: string, writing: Writing): string {
  const { type } = table.columns.find((column) => column.name === name) as Column;
  return freshValue(type, name, writing);
}

function mergedColumns(table: Table): readonly Column[] {
  return table.columns.filter(({ name }) => name !== 'by');
}

function someOf(columns: readonly Column[], random: Random): readonly Column[] {
  return Array.from({ length: 1 + random.int(4) }, () => random.pick(columns));
}

function edited(column: Column, before: Values, writing: Writing & { readonly random: Random }): string {
  const { random, id } = writing;
  const old = before[column.name] ?? null;
  switch (column.rule) {
    case 'counter':
    case 'max':
      return String(Number(old ?? '0') + 1 + random.int(3));
    case 'set':
      return JSON.stringify(editedTags(old === null ? [] : (JSON.parse(old) as string[]), { id, random }));
    case 'words': {
      const text = old ?? '';
      // Appended only: edits inside would let two people's characters meet in one word, which is right for texts and wrong for a checker.
      return text.split(' ').length > mostWords ? `${id} ` : `${text}${id} `;
    }
    default:
      return freshValue(column.type, column.name, writing);
  }
}

function editedTags(
  tags: readonly string[],
  { id, random }: { readonly id: string; readonly random: Random },
): readonly string[] {
  if (tags.length > mostTags) return tags.slice(-3);
  if (tags.length > 0 && random.chance(0.4)) {
    const gone = random.pick(tags);
    return tags.filter((tag) => tag !== gone);
  }
  const added = random.chance(0.25) ? random.pick(sharedTags) : id;
  return tags.includes(added) ? tags : [...tags, added];
}

/** What stands in a table before the run. */
export function seedOf(name: string, n: number): Values {
  const writing: Writing = { id: `i0x${n}`, user: 8, serial: n };
  const values = insertOf(tableNamed(name), writing);
  return name === 'accounts' ? { ...values, balance: '1000' } : values;
}
