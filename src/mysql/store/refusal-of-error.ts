/**
 * Which of the server's errors say that the same write will be refused again, and how to say so without a row's
 * values: messages hold them, so only names are taken from their known forms.
 */
import type { TargetRefusal } from '../../ports/side-store.js';
import { asServerError, errorNumber } from '../server-error.js';

type RefusalCode = TargetRefusal['code'];

/** What to say, and where the message names the index, constraint or column. */
type Words = readonly [code: RefusalCode, what: string, name?: RegExp];

const lastKey = /for key '([^']*)'$/;
const constraint = /CONSTRAINT `((?:[^`]|``)+)`/;
const columnAtRow = /column [`'](?:`[^`]*`\.)*([^`'.]+(?:`\.`[^`]+)*)[`'] at row/;
const column = /[Cc]olumn '([^']+)'/;

const words: Readonly<Record<number, Words>> = {
  1062: ['unique_violation', 'another row has the same value under unique index', lastKey],
  1586: ['unique_violation', 'another row has the same value under unique index', lastKey],
  1169: ['unique_violation', 'another row has the same value under a unique index'],
  1216: ['foreign_key_violation', 'a foreign key'],
  1217: ['foreign_key_violation', 'a foreign key'],
  1451: ['foreign_key_violation', 'foreign key', constraint],
  1452: ['foreign_key_violation', 'foreign key', constraint],
  3819: ['check_violation', 'check constraint', /constraint '([^']+)'/],
  4025: ['check_violation', 'check constraint', /CONSTRAINT `([^`]+)`/],
  1048: ['not_null_violation', 'column must not be null:', column],
  1263: ['not_null_violation', 'column must not be null:', column],
  1364: ['not_null_violation', 'column has no default:', /Field '([^']+)'/],
  1406: ['invalid_value', 'a value is too long for its column', column],
  1264: ['invalid_value', 'a number is out of its column’s range', column],
  1690: ['invalid_value', 'a number is out of range'],
  1265: ['invalid_value', 'the server would cut a value of column', column],
  1292: ['invalid_value', 'the server takes a value for invalid', columnAtRow],
  1366: ['invalid_value', 'the server takes a value for invalid', columnAtRow],
  1367: ['invalid_value', 'the server takes a value for invalid'],
  1411: ['invalid_value', 'the server takes a value for invalid'],
  3140: ['invalid_value', 'the server takes a JSON value for invalid', column],
  1118: ['too_large', 'the row is too large'],
  1153: ['too_large', 'a row is larger than a statement may be (max_allowed_packet)'],
  1071: ['too_large', 'an index entry of the row is too large'],
  1644: ['other', 'a trigger or function raised an error'],
  1442: ['other', 'a trigger changes the table that is written'],
  1369: ['other', 'the check option of a view'],
  1906: ['other', 'a generated column cannot be written'],
  3105: ['other', 'a generated column cannot be written'],
};

/** Null: not a refusal of the data. */
export function refusalOf(error: unknown): TargetRefusal | null {
  const number = errorNumber(error);
  if (number === null) return null;
  const { sqlState = '', message, sqlMessage = message } = asServerError(error);
  const known = words[number];
  const end = ` (error ${number}, SQLSTATE ${sqlState})`;
  if (known !== undefined) {
    const name = known[2]?.exec(sqlMessage)?.[1];
    return { code: known[0], reason: `${known[1]}${name === undefined ? '' : ` "${name}"`}${end}` };
  }
  if (sqlState.startsWith('22')) return { code: 'invalid_value', reason: `the server takes a value for invalid${end}` };
  if (sqlState.startsWith('23')) return { code: 'other', reason: `a constraint is violated${end}` };
  if (sqlState.startsWith('45')) return { code: 'other', reason: `a trigger or function raised an error${end}` };
  return null;
}

/** A row with this key has come since it was looked for, or stands under a key that is equal to the server alone. */
export function isKeyTaken(error: unknown): boolean {
  const number = errorNumber(error);
  if (number !== 1062 && number !== 1586) return false;
  const { message, sqlMessage = message } = asServerError(error);
  return /(^|\.)PRIMARY$/.test(lastKey.exec(sqlMessage)?.[1] ?? '');
}
