/** The names of what the sync stores in MongoDB (`interface.md`). */

export const progressCollection = 'isthmus_progress';
export const heldCollection = 'isthmus_held';
export const metadataDatabase = 'sync_metadata';
/** In it: numbers of conflicts that retention has removed. */
export const conflictCountsCollection = 'conflict_counts';
export const comparisonsCollection = 'comparisons';
export const differencesCollection = 'comparison_differences';

export function laneId(name: string, lane: number): string {
  return `${name}/${lane}`;
}

/** The lane of one of our progress documents; null: it belongs to another sync or is something else. */
export function laneOf(name: string, id: string): number | null {
  if (!id.startsWith(`${name}/`)) return null;
  const rest = id.slice(name.length + 1);
  return /^\d{1,6}$/.test(rest) ? Number(rest) : null;
}

/** Where a process says, before its first transaction, which server sessions it will use. */
export function sessionsId(name: string): string {
  return `${name}/sessions`;
}

export function markId(name: string): string {
  return `mark/${name}`;
}
