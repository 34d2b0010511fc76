/** Errors as the API answers them: a status and `{code, message, remedy}`; nothing of the inside. */
import type { FastifyError } from 'fastify';
import type { ErrorCode } from '../base/catalogue.js';
import { IsthmusError, isIsthmusError } from '../base/errors.js';

const statuses: Partial<Record<ErrorCode, number>> = {
  unauthorized: 401,
  too_many_requests: 429,
  request_refused: 403,
  not_found: 404,
  conflict_moved: 409,
  letter_moved: 409,
  decision_refused: 422,
  not_running: 409,
  mapping_outdated: 409,
  load_running: 409,
  phase_refused: 409,
  comparison_busy: 409,
  too_many: 429,
  request_invalid: 400,
  invariant_broken: 500,
};

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function errorBody({ code, message, remedy }: IsthmusError): ErrorBody {
  return { code, message, remedy };
}

/** The status and the error for whatever was thrown. */
export function httpError(error: unknown): { readonly status: number; readonly error: IsthmusError } {
  if (isIsthmusError(error)) return { status: statuses[error.code] ?? (error.kind === 'usage' ? 400 : 503), error };
  const status = (error as Partial<FastifyError>).statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return { status, error: new IsthmusError('request_invalid', { message: (error as Error).message, cause: error }) };
  }
  return { status: 500, error: new IsthmusError('invariant_broken', { cause: error }) };
}
