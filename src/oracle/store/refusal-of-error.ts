/**
 * Which of the server's errors say that the same write will be refused again, and how to say so without a row's values: messages hold
 * them, so only names are taken from their known forms.
 */
import type { TargetRefusal } from '../../ports/side-store.js';
import { asServerError, errorNumber } from '../server-error.js';

type RefusalCode = TargetRefusal['code'];

/** What to say, and where the message names the constraint or column. */
type Words = readonly [code: RefusalCode, what: string, name?: RegExp];

const constraint = /\(([^()\s]+)\)/;
const column = /"[^"]+"\."[^"]+"\."([^"]+)"/;
const invalid: Words = ['invalid_value', 'the server takes a value for invalid'];
const generated: Words = ['other', 'a generated column cannot be written'];

const words: Readonly<Record<number, Words>> = {
  1: ['unique_violation', 'another row has the same value under unique constraint', constraint],
  2290: ['check_violation', 'check constraint', constraint],
  2291: ['foreign_key_violation', 'foreign key', constraint],
  2292: ['foreign_key_violation', 'foreign key', constraint],
  1400: ['not_null_violation', 'column must not be null:', column],
  1407: ['not_null_violation', 'column must not be null:', column],
  12899: ['invalid_value', 'a value is too long for its column', column],
  1401: ['invalid_value', 'a value is too long for its column'],
  1461: ['invalid_value', 'a text is longer than the server takes for its column'],
  1438: ['invalid_value', 'a number has more digits than its column'],
  1426: ['invalid_value', 'a number is out of range'],
  1722: invalid,
  1465: invalid,
  1483: invalid,
  1830: invalid,
  1839: invalid,
  1841: invalid,
  1843: invalid,
  1847: invalid,
  1858: invalid,
  1861: invalid,
  1874: invalid,
  22835: invalid,
  40478: invalid,
  1450: ['too_large', 'an index entry of the row is too large'],
  1467: ['too_large', 'the row is too large'],
  1402: ['other', 'the check option of a view'],
  1732: ['other', 'the table is a view that cannot be written'],
  4091: ['other', 'a trigger reads the table that is written'],
  4098: ['other', 'a trigger is invalid'],
  14400: ['other', 'there is no partition for the row'],
  14402: ['other', 'the row would move to another partition'],
  32795: generated,
  54013: generated,
  54017: generated,
};

/** RAISE_APPLICATION_ERROR has these for itself. */
const [firstOfUsers, lastOfUsers] = [20_000, 20_999];

/** A constraint that is checked at COMMIT: which one, a later line says. */
const atCommit = 2091;

/** Null: not a refusal of the data. */
export function refusalOf(error: unknown): TargetRefusal | null {
  const number = errorNumber(error);
  if (number === null) return null;
  const { message } = asServerError(error);
  const lines = message.split('\n');
  if (number === atCommit) return refusalOfLine(lines.slice(1).find((line) => wordsOf(line) !== undefined) ?? '');
  return refusalOfLine(lines[0] ?? '', number);
}

/** The constraint of ORA-00001, `SCHEMA.NAME`. */
export function violatedKey(error: unknown): string | null {
  const [first = ''] = asServerError(error).message.split('\n');
  return errorNumber(error) === 1 ? (constraint.exec(first)?.[1] ?? null) : null;
}

function numberOf(line: string): number {
  return Number(/^ORA-(\d{5})/.exec(line)?.[1] ?? 0);
}

function wordsOf(line: string, number = numberOf(line)): Words | undefined {
  if (number >= firstOfUsers && number <= lastOfUsers) return ['other', 'a trigger or function raised an error'];
  return words[number];
}

function refusalOfLine(line: string, number = numberOf(line)): TargetRefusal | null {
  const known = wordsOf(line, number);
  if (known === undefined) return null;
  const name = known[2]?.exec(line)?.[1];
  const shown = name === undefined ? '' : ` "${name.slice(name.lastIndexOf('.') + 1)}"`;
  return { code: known[0], reason: `${known[1]}${shown} (ORA-${String(number).padStart(5, '0')})` };
}
