/**
 * What Oracle's and the driver's errors mean to us. Messages of the server are repeated only where they cannot hold a row's
 * values. Must not know what was being done.
 */
import type { ErrorCode } from '../base/catalogue.js';
import { IsthmusError, isIsthmusError } from '../base/errors.js';

/** The parts of the driver's error that are used. */
interface ServerError {
  readonly message: string;
  /** The server's number: 1 of ORA-00001. */
  readonly errorNum?: number;
  /** `ORA-00001`, or the driver's own: `NJS-500`. */
  readonly code?: string;
}

export function asServerError(error: unknown): ServerError {
  return error instanceof Error ? (error as ServerError & Error) : { message: String(error) };
}

/** The server's number of an error, if the server answered at all. */
export function errorNumber(error: unknown): number | null {
  const { errorNum, code } = asServerError(error);
  if (errorNum !== undefined && errorNum > 0) return errorNum;
  const match = /^ORA-(\d{5})$/.exec(code ?? '');
  return match === null ? null : Number(match[1]);
}

/** The driver's own number, where it has not the server's word. */
function driverNumber(error: unknown): number | null {
  const match = /^NJS-(\d{3})$/.exec(asServerError(error).code ?? '');
  return match === null ? null : Number(match[1]);
}

/**
 * Killed, shut down, not open yet, network, too many sessions, idle for too long; and a database that takes no writes any more: after a
 * switchover another one is behind the same name.
 */
const lost: ReadonlySet<number> = new Set([
  18, 20, 22, 28, 31, 45, 378, 602, 603, 609, 1012, 1033, 1034, 1041, 1043, 1089, 1090, 1092, 2396, 2399, 3113, 3114,
  3122, 3135, 12153, 12514, 12516, 12518, 12519, 12520, 12528, 12537, 12547, 12570, 12583, 16000, 16456, 28511,
]);

/** A lock that is held for long, deadlock, changed since it was read, interrupted, undo, space or memory that is short. */
const contended: ReadonlySet<number> = new Set([
  54, 60, 257, 1013, 1536, 1555, 1591, 1628, 1650, 1651, 1652, 1653, 1654, 1688, 4020, 4021, 4031, 4068, 8176, 8177,
  12829, 30006, 30036,
]);

/** A server or a password that the driver does not speak to. */
const unsupported: ReadonlySet<number> = new Set([116, 138]);
/** A call that took longer than its limit, which the driver broke off: the session goes on. */
const callTooLong = 123;
/** The connection is gone, or none was made. */
const unusable = 3;
const [firstOfNetwork, lastOfNetwork] = [500, 539];

/** The server did not answer, or ended the session: whether a COMMIT on its way took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (isIsthmusError(error)) return error.code === 'sql_unreachable';
  const number = errorNumber(error);
  if (number !== null) return lost.has(number);
  const own = driverNumber(error);
  if (own === null) return !isProgrammingError(error);
  return own === unusable || (own >= firstOfNetwork && own < lastOfNetwork);
}

/** Passes by itself when the same is tried again. */
export function isContention(error: unknown): boolean {
  const number = errorNumber(error);
  if (number !== null) return contended.has(number);
  return driverNumber(error) === callTooLong || isIsthmusError(error, 'transient');
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
  1005: 'authentication_failed',
  1017: 'authentication_failed',
  28000: 'authentication_failed',
  28001: 'authentication_failed',
  1045: 'permission_denied',
  1031: 'permission_denied',
  1950: 'permission_denied',
  41900: 'permission_denied',
  904: 'table_changed',
  942: 'table_changed',
};

/** Whose messages name objects, users and settings only. */
const harmless: ReadonlySet<number> = new Set([...Object.keys(codes).map(Number), ...lost, ...contended]);

export function toIsthmusError(error: unknown, doing: string): IsthmusError {
  if (isIsthmusError(error)) return error;
  const number = errorNumber(error);
  const { message, code } = asServerError(error);
  const first = firstLine(message);
  if (number === null) {
    if (isConnectionLost(error)) return new IsthmusError('sql_unreachable', { message: `${doing}: ${first}` });
    if (isContention(error)) return new IsthmusError('transient', { message: `${doing}: ${first}` });
    if (unsupported.has(driverNumber(error) ?? 0))
      return new IsthmusError('configuration_invalid', { message: `${doing}: ${first}` });
    const told = isProgrammingError(error) ? message : (code ?? 'the driver refused it');
    return new IsthmusError('invariant_broken', { message: `${doing}: ${told}`, cause: error });
  }
  const said = harmless.has(number) ? first : `the server refused it (ORA-${String(number).padStart(5, '0')})`;
  const text = `${doing}: ${said}`;
  if (isConnectionLost(error)) return new IsthmusError('sql_unreachable', { message: text });
  if (isContention(error)) return new IsthmusError('transient', { message: text });
  return new IsthmusError(codes[number] ?? 'sql_error', { message: text });
}

/** What follows is where help is to be found, and what else went wrong below it. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0] as string;
}
