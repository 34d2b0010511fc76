/**
 * What MariaDB's and the driver's errors mean to us. Messages of the server are repeated only where they cannot
 * hold a row's values. Must not know what was being done.
 */
import type { ErrorCode } from '../base/catalogue.js';
import { IsthmusError, isIsthmusError } from '../base/errors.js';

/** The parts of the driver's error that are used. */
export interface ServerError {
  readonly message: string;
  /** The server's number, or the system's (negative) if the connection broke. */
  readonly errno?: number;
  readonly sqlState?: string;
  readonly sqlMessage?: string;
}

export function asServerError(error: unknown): ServerError {
  return error instanceof Error ? (error as ServerError & Error) : { message: String(error) };
}

/** The server's number of an error, if the server answered at all. */
export function errorNumber(error: unknown): number | null {
  const { errno, sqlState } = asServerError(error);
  return errno !== undefined && errno >= 1000 && sqlState !== undefined ? errno : null;
}

/**
 * Shutdown, killed, aborted, network, too many connections, idle for too long; and a server that takes no writes any more:
 * after a failover another one is behind the same name.
 */
const lost: ReadonlySet<number> = new Set([
  1040, 1053, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1290, 1792, 1836, 1927, 2006, 2013, 4031,
]);

/** Lock wait, deadlock, changed since it was read, limits of time, interrupted, memory or disk that is short. */
const contended: ReadonlySet<number> = new Set([
  1020, 1021, 1037, 1038, 1041, 1114, 1135, 1205, 1206, 1213, 1317, 1637, 1969, 3024, 3058, 3572,
]);

/** The server did not answer, or ended the session: whether a COMMIT on its way took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (isIsthmusError(error)) return error.code === 'sql_unreachable';
  const number = errorNumber(error);
  return number === null ? !isProgrammingError(error) : lost.has(number);
}

/** Passes by itself when the same is tried again. */
export function isContention(error: unknown): boolean {
  const number = errorNumber(error);
  return number === null ? isIsthmusError(error, 'transient') : contended.has(number);
}

function isProgrammingError(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}

const codes: Readonly<Record<number, ErrorCode>> = {
  1045: 'authentication_failed',
  1698: 'authentication_failed',
  1049: 'configuration_invalid',
  1044: 'permission_denied',
  1142: 'permission_denied',
  1143: 'permission_denied',
  1227: 'permission_denied',
  1370: 'permission_denied',
  1054: 'table_changed',
  1146: 'table_changed',
};

/** Whose messages name objects, users and settings only. */
const harmless: ReadonlySet<number> = new Set([...Object.keys(codes).map(Number), ...lost, ...contended]);

export function toIsthmusError(error: unknown, doing: string): IsthmusError {
  if (isIsthmusError(error)) return error;
  const number = errorNumber(error);
  const { message, sqlState } = asServerError(error);
  if (number === null) {
    if (isProgrammingError(error))
      return new IsthmusError('invariant_broken', { message: `${doing}: ${message}`, cause: error });
    return new IsthmusError('sql_unreachable', { message: `${doing}: ${driverMessage(error)}` });
  }
  const said = harmless.has(number) ? message : 'the server refused it';
  const text = `${doing}: ${said} (error ${number}, SQLSTATE ${sqlState})`;
  if (isConnectionLost(error)) return new IsthmusError('sql_unreachable', { message: text });
  if (isContention(error)) return new IsthmusError('transient', { message: text });
  return new IsthmusError(codes[number] ?? 'sql_error', { message: text });
}

/** Connection errors of several addresses come as one error without a message of its own. */
function driverMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((each) => asServerError(each).message).join('; ');
  return asServerError(error).message;
}
