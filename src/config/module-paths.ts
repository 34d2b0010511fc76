/** Makes the paths of the user's modules absolute: relative ones begin in the configuration's folder. Reads no file. */
import { isAbsolute, resolve } from 'node:path';
import type { Problem } from './problem.js';
import type { Config } from './schema.js';
import { lineOf, type Source } from './validate.js';

/** Changes `config`. */
export function resolveModules(config: Config, folder: string): void {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  const sections = [config.conflict, ...config.entities.flatMap(({ conflict }) => conflict ?? [])];
  for (const section of sections) {
    if (section.module !== undefined) section.module = absolute(section.module);
    for (const rule of Object.values('fields' in section ? (section.fields ?? {}) : {}))
      if (typeof rule === 'object' && 'custom' in rule) rule.custom = absolute(rule.custom);
  }
}

/** The section for every other table must be whole even where no table uses it; those of tables are told with the table's columns. */
export function moduleProblems({ conflict }: Config, source: Pick<Source, 'lines'>): Problem[] {
  const path = 'conflict.module';
  const problem = (text: string, remedy: string): Problem[] => [{ path, line: lineOf(path, source), text, remedy }];
  if (conflict.strategy === 'custom' && conflict.module === undefined)
    return problem('is missing, and the strategy custom needs it', 'Name the module: module: ./PATH.mjs.');
  if (conflict.strategy !== 'custom' && conflict.module !== undefined)
    return problem(`is not used by the strategy ${conflict.strategy}`, 'Remove it, or use the strategy custom.');
  return [];
}
