/** What one process of a sync over Kafka is for. */

/** What a process does: reads logs for others, writes what others read, or both. */
export type Role = 'all' | 'capture' | 'worker';

export const roles: readonly Role[] = ['all', 'capture', 'worker'];
