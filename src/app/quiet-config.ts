/** The configuration of a process that a person waits for, and that ends then: it alarms nobody, and compares nothing unasked. Pure. */
import type { Config } from '../config/schema.js';

export function quietConfig(config: Config): Config {
  return { ...config, alerts: { ...config.alerts, webhook: null }, compare: { ...config.compare, every: null } };
}
