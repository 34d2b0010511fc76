/** The names of what the sync stores in MongoDB (`interface.md`). */

export const progressCollection = 'isthmus_progress';
export const heldCollection = 'isthmus_held';
export const metadataDatabase = 'sync_metadata';
/** In it: numbers of conflicts that retention has removed. */
export const conflictCountsCollection = 'conflict_counts';
/** Where the migration stands, and which turns its shares have followed. */
export const phasesCollection = 'phases';
export const comparisonsCollection = 'comparisons';
export const differencesCollection = 'comparison_differences';
/** In it: what the processes of one sync ask each other, and tell each other of their shares. */
export const requestsCollection = 'requests';
export const sharesCollection = 'shares';

export function laneId(name: string, lane: number): string {
  return `${name}/${lane}`;
}

/** The name and the lane of a progress document; null: it is something else. */
export function readLaneId(id: string): { readonly name: string; readonly lane: number } | null {
  const match = /^([^/]+)\/(\d{1,6})$/.exec(id);
  return match && { name: match[1] as string, lane: Number(match[2]) };
}

/** Where a process says, before its first transaction, which server sessions it will use. */
export function sessionsId(name: string): string {
  return `${name}/sessions`;
}

export function markId(name: string): string {
  return `mark/${name}`;
}
