/** Exit codes, and errors as a person reads them: `code: what, why, remedy`. */
import { type ErrorKind, IsthmusError, isIsthmusError } from '../base/errors.js';
import type { Terminal } from './terminal.js';

export const exit = { good: 0, no: 1, usage: 2, unreachable: 3, safety: 4 } as const;

const byKind: Record<ErrorKind, number> = {
  usage: exit.usage,
  unreachable: exit.unreachable,
  transient: exit.unreachable,
  safety: exit.safety,
  internal: exit.no,
};

/** Prints what went wrong; gives the process' exit code. */
export function fail(terminal: Terminal, thrown: unknown): number {
  const error = isIsthmusError(thrown)
    ? thrown
    : new IsthmusError('invariant_broken', { message: unexpected(thrown), cause: thrown });
  const { bold, red, dim } = terminal.style;
  terminal.draw([]);
  terminal.err(`${bold(red(`${error.code}:`))} ${error.message}\n  ${dim('→')} ${error.remedy}`);
  const trace = traceOf(error);
  if (trace !== '') terminal.err(dim(trace));
  return byKind[error.kind];
}

/** Where an unexpected error came from. That of a driver without its message, which may hold values of users. Empty: nothing to tell. */
function traceOf({ kind, cause }: IsthmusError): string {
  if (!(cause instanceof Error)) return '';
  const stack = cause.stack ?? '';
  if (kind === 'internal') return stack;
  if (kind !== 'safety' || isIsthmusError(cause)) return '';
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return frames.length === 0 ? '' : [cause.name, ...frames].join('\n');
}

function unexpected(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
