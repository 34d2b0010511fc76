/** Durations as they are written in a configuration and on the command line: `90s`, `30m`, `24h`, `7d`. */

/** For the configuration's schema. */
export const durationPattern = '^[1-9][0-9]{0,5}(s|m|h|d)$';

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Null: not a duration. */
export function durationMs(text: string): number | null {
  if (!new RegExp(durationPattern).test(text)) return null;
  return Number(text.slice(0, -1)) * unitsMs[text.slice(-1) as keyof typeof unitsMs];
}
