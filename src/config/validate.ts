/** Data against the configuration's schema: defaults put in, every mistake told in words with the nearest name. */
import { Ajv, type ErrorObject } from 'ajv';
import { didYouMean } from '../base/nearest.js';
import { join } from './parse.js';
import type { Problem } from './problem.js';
import { type Config, configSchema } from './schema.js';

export interface Source {
  readonly lines: ReadonlyMap<string, number>;
  readonly expanded: ReadonlySet<string>;
}

export type Validated =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly Problem[] };

const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, strict: false, allowUnionTypes: true });
const check = ajv.compile<Config>(configSchema);

/** Changes `data`: defaults are put in. */
export function validate(data: unknown, source: Source): Validated {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return {
      config: null,
      problems: [{ path: '', line: 1, text: 'the configuration must be a mapping of keys to values' }],
    };
  }
  if (check(data) || (convertExpanded(data, check.errors ?? [], source) && check(data)))
    return { config: data as Config, problems: [] };
  return { config: null, problems: tellErrors(check.errors ?? [], source) };
}

/** An unquoted `${NAME}` may stand for a number or a boolean where one is asked for. */
function convertExpanded(data: object, errors: readonly ErrorObject[], source: Source): boolean {
  let converted = false;
  for (const error of errors) {
    const path = dotted(error.instancePath);
    if (error.keyword !== 'type' || !source.expanded.has(path)) continue;
    const value = asScalar(String(error.data), error.params.type as string);
    if (value === undefined) continue;
    const names = path.split('.');
    const last = names.pop() as string;
    const parent = names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], data) as Record<
      string,
      unknown
    >;
    parent[last] = value;
    converted = true;
  }
  return converted;
}

function asScalar(text: string, type: string): number | boolean | undefined {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function tellErrors(errors: readonly ErrorObject[], source: Source): Problem[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf').map((error) => error.schemaPath);
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    if (unions.some((path) => error.schemaPath !== path && error.schemaPath.startsWith(path))) continue;
    const problem = tell(error, source);
    problems.set(`${problem.path} ${problem.text}`, problem);
  }
  return [...problems.values()];
}

function tell(error: ErrorObject, source: Source): Problem {
  const at = dotted(error.instancePath);
  const schema = error.parentSchema as Record<string, unknown>;
  const problem = (path: string, text: string): Problem => ({ path, line: lineOf(path, source), text });
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = error.params.additionalProperty as string;
      return problem(join(at, name), `is not a known key${didYouMean(name, Object.keys(schema.properties as object))}`);
    }
    case 'required':
      return problem(join(at, error.params.missingProperty as string), 'is missing');
    case 'enum': {
      const allowed = error.params.allowedValues as string[];
      return problem(
        at,
        `must be one of ${allowed.join(', ')}${typeof error.data === 'string' ? didYouMean(error.data, allowed) : ''}`,
      );
    }
    case 'anyOf':
    case 'pattern':
      return problem(at, `is not usable${form(schema.description)}${hint(error)}`);
    case 'minLength':
      return problem(at, 'must not be empty');
    case 'minItems':
      return problem(at, 'must have at least one entry');
    default:
      return problem(at, error.message ?? 'is wrong');
  }
}

/** A form begins with a small letter; anything else is a sentence of its own. */
function form(description: unknown): string {
  if (typeof description !== 'string') return ': it must be of another form';
  return /^[A-Z]/.test(description) ? `. ${description}` : `: it must be ${description}`;
}

/** Where a union has a list of names, the one that was meant; a list of a flag rule that was left out. */
function hint({ data, schema }: ErrorObject): string {
  if (typeof data === 'object' && data !== null && 'flag' in data && !('sql' in data && 'mongodb' in data))
    return '; a flag needs both lists, sql and mongodb';
  if (typeof data !== 'string' || !Array.isArray(schema)) return '';
  return didYouMean(
    data,
    schema.flatMap((each: { readonly enum?: readonly string[] }) => each.enum ?? []),
  );
}

/** The line of a path, or of the nearest path above it that is in the file. */
export function lineOf(path: string, source: Pick<Source, 'lines'>): number | null {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const line = source.lines.get(at);
    if (line !== undefined) return line;
  }
  return source.lines.size === 0 ? null : 1;
}

/** `/entities/0/table` → `entities.0.table`. */
function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}
