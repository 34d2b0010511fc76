/** What is wrong with a configuration, and where: collected, then thrown as one error. */
import { IsthmusError } from '../base/errors.js';

export interface Problem {
  /** Dotted: `entities.0.table`; empty: the file as a whole. */
  readonly path: string;
  /** 1-based line in the file; null where there is no file. */
  readonly line: number | null;
  /** A sentence's end that follows the path: `is not a known key`. */
  readonly text: string;
  readonly remedy?: string;
}

/** Null if there are no problems. */
export function problemsError(source: string, problems: readonly Problem[]): IsthmusError | null {
  const first = problems[0];
  if (first === undefined) return null;
  const message = problems.map((problem) => describe(source, problem)).join('\n  ');
  return new IsthmusError('configuration_invalid', {
    message,
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
  });
}

function describe(source: string, { path, line, text }: Problem): string {
  const place = line === null ? source : `${source}:${line}`;
  return path === '' ? `${place}: ${text}` : `${place}: ${path} ${text}`;
}
