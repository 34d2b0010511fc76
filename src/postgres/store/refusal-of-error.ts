/**
 * Which of the server's errors say that the same write will be refused again, and how to say so without a row's
 * values (messages and details of classes 22, 23 and P0 hold them).
 */
import type { TargetRefusal } from '../../ports/side-store.js';
import { asServerError, type ServerError, sqlState } from '../server-error.js';
import { missedMark } from './write-statements.js';

type RefusalCode = TargetRefusal['code'];

const words: Readonly<Record<string, readonly [RefusalCode, string]>> = {
  '23505': ['unique_violation', 'another row has the same value under unique index'],
  '23503': ['foreign_key_violation', 'foreign key'],
  '23514': ['check_violation', 'check constraint'],
  '23502': ['not_null_violation', 'column must not be null:'],
  '23P01': ['unique_violation', 'exclusion constraint'],
  '23001': ['foreign_key_violation', 'foreign key restricts'],
  '54000': ['too_large', 'the row or an index entry of it is too large'],
  '22001': ['invalid_value', 'a text is too long for its column'],
  '22003': ['invalid_value', 'a number is out of its column’s range'],
  '428C9': ['other', 'a generated column cannot be written'],
  P0001: ['other', 'a trigger or function raised an error'],
};

/** Null: not a refusal of the data. */
export function refusalOf(error: unknown): TargetRefusal | null {
  const state = sqlState(error);
  if (state === null || isMissed(error)) return null;
  const server = asServerError(error);
  if (state === '42501' && server.routine === 'ExecWithCheckOptions')
    return { code: 'permission_denied', reason: `row-level security of ${place(server)} forbids the row` };
  const known = words[state];
  if (known !== undefined) return { code: known[0], reason: sentence(known[1], server, state) };
  if (state.startsWith('22'))
    return { code: 'invalid_value', reason: sentence('the server takes a value for invalid', server, state) };
  if (state.startsWith('23')) return { code: 'other', reason: sentence('a constraint is violated', server, state) };
  if (
    state.startsWith('P0') ||
    state.startsWith('54') ||
    state.startsWith('44') ||
    state.startsWith('38') ||
    state.startsWith('39')
  )
    return { code: 'other', reason: sentence('the server refuses it', server, state) };
  return null;
}

/** A statement of ours reached fewer rows than it locked, or found one that was absent. */
export function isMissed(error: unknown): boolean {
  return sqlState(error) === '22P02' && asServerError(error).message.includes(missedMark);
}

/** Whether another order of the same writes might be accepted. */
export function dependsOnOrder(refusal: TargetRefusal): boolean {
  return refusal.code === 'unique_violation' || refusal.code === 'foreign_key_violation';
}

function sentence(what: string, server: ServerError, state: string): string {
  const name = server.constraint ?? server.column;
  return `${what}${name === undefined ? '' : ` "${name}"`}${server.table === undefined ? '' : ` of ${place(server)}`} (SQLSTATE ${state})`;
}

function place(server: ServerError): string {
  return server.schema === undefined ? (server.table ?? 'the table') : `${server.schema}.${server.table ?? ''}`;
}
