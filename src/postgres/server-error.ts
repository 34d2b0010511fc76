/**
 * What PostgreSQL's and the driver's errors mean to us. Messages of the server are repeated only where they cannot
 * hold a row's values. Must not know what was being done.
 */
import type { ErrorCode } from '../base/catalogue.js';
import { IsthmusError, isIsthmusError } from '../base/errors.js';

/** The parts of the driver's error that are used. */
export interface ServerError {
  readonly code?: string;
  readonly message: string;
  readonly constraint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly routine?: string;
  readonly severity?: string;
}

export function asServerError(error: unknown): ServerError {
  return error instanceof Error ? (error as ServerError & Error) : { message: String(error) };
}

/** SQLSTATE if the server answered at all. */
export function sqlState(error: unknown): string | null {
  const { code, severity } = asServerError(error);
  return severity !== undefined && code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The server did not answer, or ended the session: whether a COMMIT on its way took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (isIsthmusError(error)) return error.code === 'sql_unreachable';
  const state = sqlState(error);
  if (state === null) return !isProgrammingError(error);
  // A table was altered under a prepared statement: only a new session prepares it again.
  if (asServerError(error).routine === 'RevalidateCachedQuery') return true;
  return state.startsWith('08') || ['57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '53300'].includes(state);
}

/** Passes by itself when the same is tried again: deadlock, lock timeout, serialisation, a resource that is short. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  if (state === null) return isIsthmusError(error, 'transient');
  return state.startsWith('40') || state.startsWith('53') || ['55P03', '55006', '57014', 'XX000'].includes(state);
}

function isProgrammingError(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}

const codes: Readonly<Record<string, ErrorCode>> = {
  '28P01': 'authentication_failed',
  '28000': 'authentication_failed',
  '3D000': 'configuration_invalid',
  '42501': 'permission_denied',
  '42P01': 'table_changed',
  '42703': 'table_changed',
};

/** Classes whose messages name objects and settings only. */
const harmless = /^(08|28|3D|3F|42|53|55|57|58)/;

export function toIsthmusError(error: unknown, doing: string): IsthmusError {
  if (isIsthmusError(error)) return error;
  const state = sqlState(error);
  const { message } = asServerError(error);
  if (state === null) {
    if (isProgrammingError(error))
      return new IsthmusError('invariant_broken', { message: `${doing}: ${message}`, cause: error });
    return new IsthmusError('sql_unreachable', { message: `${doing}: ${driverMessage(error)}` });
  }
  const text = `${doing}: ${harmless.test(state) ? message : 'the server refused it'} (SQLSTATE ${state})`;
  if (isConnectionLost(error)) return new IsthmusError('sql_unreachable', { message: text });
  if (isContention(error)) return new IsthmusError('transient', { message: text });
  return new IsthmusError(codes[state] ?? 'sql_error', { message: text });
}

/** Connection errors of several addresses come as one error without a message of its own. */
function driverMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((each) => asServerError(each).message).join('; ');
  return asServerError(error).message;
}
