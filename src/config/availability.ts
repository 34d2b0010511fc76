/** What the configuration can name and this version does not do yet: refused at the start, never ignored. */
import type { FieldRule, strategies } from './entity-schema.js';
import { join } from './parse.js';
import type { Problem } from './problem.js';
import type { Config } from './schema.js';
import { lineOf, type Source } from './validate.js';

/** The strategies that this version has. */
export const availableStrategies: readonly string[] = [
  'lww',
  'prefer_sql',
  'prefer_mongodb',
  'manual',
] satisfies (typeof strategies)[number][];

/** Keys (with all below them) and values that are refused as a whole: for the documentation. */
export const unavailableKeys: readonly string[] = [
  'compare',
  'alerts',
  'transport.brokers',
  'transport.topics',
  'transport.format',
  'entities[].conflict.fields',
];
export const unavailableValues: readonly string[] = [
  'kafka',
  'record',
  'window',
  'merge',
  'version_vector',
  'ot',
  'crdt',
  'custom',
];

interface PolicyConfig {
  readonly strategy?: string;
  readonly delete?: string;
  readonly fields?: Readonly<Record<string, FieldRule>>;
}

/** `given`: the sections that were written, before defaults were put in. */
export function unavailable(config: Config, given: ReadonlySet<string>, source: Pick<Source, 'lines'>): Problem[] {
  const found: Problem[] = [];
  const refuse = (path: string, what: string, instead: string): void => {
    found.push({
      path,
      line: lineOf(path, source),
      text: `asks for ${what}, which is not available in this version`,
      remedy: instead,
    });
  };
  const policy = (path: string, given: PolicyConfig): void => {
    if (given.strategy !== undefined && !availableStrategies.includes(given.strategy)) {
      refuse(join(path, 'strategy'), `the strategy ${given.strategy}`, `Use one of ${availableStrategies.join(', ')}.`);
    }
    if (given.fields !== undefined && Object.keys(given.fields).length > 0) {
      refuse(
        join(path, 'fields'),
        'rules for single fields',
        'Leave the key out: the strategy decides the whole record.',
      );
    }
  };
  policy('conflict', config.conflict);
  config.entities.forEach((entity, index) => {
    if (entity.conflict !== undefined) policy(`entities.${index}.conflict`, entity.conflict);
  });
  if (config.transport.kind === 'kafka') refuse('transport.kind', 'the Kafka transport', 'Use kind: embedded.');
  if (config.apply.atomic === 'record') refuse('apply.atomic', 'atomicity by record', 'Use atomic: transaction.');
  if (config.detection === 'window') refuse('detection', 'detection by time window', 'Use detection: causal.');
  if (given.has('compare')) refuse('compare', 'a regular comparison', 'Leave the key out.');
  if (given.has('alerts')) refuse('alerts', 'alerts', 'Leave the key out; the metrics carry the same numbers.');
  if (config.lifecycle) refuse('lifecycle', 'the phases of a migration', 'Use lifecycle: false and set `direction`.');
  return found;
}
