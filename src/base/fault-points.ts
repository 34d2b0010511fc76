/**
 * Named places at which a test kills the process, to show that nothing is lost there. In production reaching one does nothing.
 */

export const faultPoints = [
  'start.taken-over-sql',
  'start.taken-over',
  'start.position-stored',
  'batch.before-commit',
  'batch.after-commit',
  'save.before-commit',
  'save.after-commit',
  'advance.before-commit',
  'advance.after-commit',
  'advance.mark-written',
  'settle.before-mongodb',
  'settle.after-mongodb',
  'settle.after-sql',
  'settle.finished',
  'discard.after-mongodb',
  'discard.after-sql',
  'discard.finished',
  'load.low-mark',
  'load.chunk-read',
  'load.high-mark',
  'load.chunk-handled',
  'prepare.sql',
  'prepare.mongodb',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

export interface Faults {
  /** The process may end here. */
  reach(point: FaultPoint): void;
}

export const noFaults: Faults = { reach() {} };

/**
 * `POINT` or `POINT:N` as in the environment variable ISTHMUS_FAULT: `kill` is called when the point is reached for the Nth time.
 * Throws if there is no such point, so that a test cannot wait for nothing.
 */
export function faultsFrom(setting: string | undefined, kill: () => void): Faults {
  if (setting === undefined || setting === '') return noFaults;
  const [name, count = '1'] = setting.split(':');
  if (!faultPoints.some((point) => point === name)) throw new Error(`ISTHMUS_FAULT names no fault point: ${setting}`);
  let left = Number(count);
  return {
    reach(point) {
      if (point === name && --left === 0) kill();
    },
  };
}
