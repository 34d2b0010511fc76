/** The configuration's alert limits in the units that the rules use. Pure. */
import { durationMs } from '../../config/duration.js';
import type { Config } from '../../config/schema.js';
import type { AlertLimits } from '../../observe/alerts/alert-rules.js';

export function alertLimits(alerts: Config['alerts']): AlertLimits {
  return { ...alerts, manualAgeMs: durationMs(alerts.manualAge) ?? Number.POSITIVE_INFINITY };
}
