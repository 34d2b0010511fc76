/** The one error class; what each code means stands in `catalogue.ts`. */
import { catalogue, type ErrorCode, type ErrorKind } from './catalogue.js';

export type { ErrorKind };

export interface IsthmusErrorOptions {
  /** What and why, for a person; never a row value or a secret. */
  readonly message?: string;
  /** Overrides the catalogue's remedy where a precise one is known (a statement to run, a key to mend). */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export class IsthmusError extends Error {
  override readonly name = 'IsthmusError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  /** Whether the same attempt may succeed later without anybody doing anything. */
  readonly retry: boolean;
  readonly remedy: string;

  constructor(code: ErrorCode, options: IsthmusErrorOptions = {}) {
    const entry = catalogue[code];
    super(options.message ?? entry.meaning, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = entry.kind;
    this.retry = entry.kind === 'transient' || entry.kind === 'unreachable';
    this.remedy = options.remedy ?? entry.remedy;
  }
}

export function isIsthmusError(error: unknown, code?: ErrorCode): error is IsthmusError {
  return error instanceof IsthmusError && (code === undefined || error.code === code);
}

/** What nobody has named is a mistake of ours. */
export function asIsthmusError(error: unknown): IsthmusError {
  if (isIsthmusError(error)) return error;
  const message = error instanceof Error ? error.message : 'An unknown failure.';
  return new IsthmusError('invariant_broken', { cause: error, message });
}
