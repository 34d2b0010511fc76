/** What the configuration can name and this version does not do yet: refused at the start, never ignored. */
import type { Problem } from './problem.js';
import type { Config } from './schema.js';
import { lineOf, type Source } from './validate.js';

/** Keys (with all below them) and values that are refused as a whole: for the documentation. */
export const unavailableKeys: readonly string[] = ['transport.brokers', 'transport.topics', 'transport.format'];
export const unavailableValues: readonly string[] = ['kafka', 'record', 'window'];

export function unavailable(config: Config, source: Pick<Source, 'lines'>): Problem[] {
  const found: Problem[] = [];
  const refuse = (path: string, what: string, instead: string): void => {
    found.push({
      path,
      line: lineOf(path, source),
      text: `asks for ${what}, which is not available in this version`,
      remedy: instead,
    });
  };
  if (config.transport.kind === 'kafka') refuse('transport.kind', 'the Kafka transport', 'Use kind: embedded.');
  if (config.apply.atomic === 'record') refuse('apply.atomic', 'atomicity by record', 'Use atomic: transaction.');
  if (config.detection === 'window') refuse('detection', 'detection by time window', 'Use detection: causal.');
  return found;
}
