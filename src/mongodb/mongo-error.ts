/**
 * What MongoDB's errors mean to us. A server's own message may hold values of the user's documents (a duplicate key's), so none
 * is passed on: only codes and names. Must not know what was tried.
 */
import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { IsthmusError } from '../base/errors.js';

/** Server codes that pass: elections, killed operations and cursors, contention, time limits. */
const passing = new Set([
  6, 7, 24, 43, 46, 50, 63, 64, 79, 89, 91, 112, 133, 134, 136, 175, 189, 202, 225, 234, 237, 246, 251, 256, 262, 290,
  307, 317, 358, 9001, 10107, 11600, 11601, 11602, 13388, 13435, 13436,
]);
const lostTokens = new Set([280, 286]);
const badTokens = new Set([40649, 50810, 50811, 260]);

/** What Node says of a broken socket: the driver passes some of these on as they are. */
const socketCodes = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

export function errorCode(error: unknown): number {
  return error instanceof MongoError && typeof error.code === 'number' ? error.code : 0;
}

export function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

/** Whether the same attempt may succeed later without anybody doing anything. */
export function isPassing(error: unknown): boolean {
  if (error instanceof IsthmusError) return error.retry;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error instanceof Error && socketCodes.has(String((error as NodeJS.ErrnoException).code))) return true;
  return (
    passing.has(errorCode(error)) ||
    hasLabel(error, 'TransientTransactionError') ||
    hasLabel(error, 'RetryableWriteError')
  );
}

/** Any error of the driver as one of ours; `during` says what was tried, for a person. */
export function mongoError(error: unknown, during: string): IsthmusError {
  if (error instanceof IsthmusError) return error;
  const code = errorCode(error);
  const name = describe(error);
  if (error instanceof MongoServerSelectionError)
    return new IsthmusError('mongodb_unreachable', {
      message: `MongoDB does not answer while ${during}.`,
      cause: error,
    });
  if (code === 18 || code === 8000)
    return new IsthmusError('authentication_failed', {
      message: `MongoDB refused the user or the password (${name}).`,
    });
  if (isPassing(error)) return new IsthmusError('transient', { message: `MongoDB: ${name} while ${during}.` });
  if (code === 13)
    return new IsthmusError('permission_denied', {
      message: `MongoDB's user may not go on while ${during} (${name}).`,
    });
  if (lostTokens.has(code)) return new IsthmusError('token_lost');
  if (badTokens.has(code))
    return new IsthmusError('metadata_invalid', {
      message: `MongoDB cannot read the stored position of its log (${name}).`,
    });
  if (code === 10334) return new IsthmusError('event_too_large');
  return new IsthmusError('mongodb_failed', {
    message: `MongoDB: ${name} while ${during}.`,
    ...(code === 0 ? { cause: error } : {}),
  });
}

/** The error's name and code, without the server's message. */
export function describe(error: unknown): string {
  if (error instanceof MongoServerError) return `${error.codeName ?? 'error'} (${String(error.code)})`;
  return error instanceof Error ? error.name : 'unknown error';
}
