/**
 * Record locks inside this process. A request names all its records at once and is served in the order of asking, so
 * that nobody can wait in a circle; a record's changes stay in order because their batches asked in order.
 */
import type { RecordId } from '../model/record.js';

interface Ticket {
  /** Records of the request that somebody before it still has. */
  blocked: number;
  readonly grant: () => void;
}

export class RecordLocks {
  /** Who has a record (first) and who waits for it. Most records have one ticket, so no array is made for them. */
  private readonly queues = new Map<RecordId, Ticket | Ticket[]>();

  constructor(private readonly disabled = false) {}

  /** Resolves when all of them are held. `ids` has no duplicates. */
  acquire(ids: readonly RecordId[]): Promise<void> {
    if (this.disabled || ids.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const ticket: Ticket = { blocked: 0, grant: resolve };
      for (const id of ids) {
        const queue = this.queues.get(id);
        if (queue === undefined) this.queues.set(id, ticket);
        else {
          ticket.blocked++;
          if (Array.isArray(queue)) queue.push(ticket);
          else this.queues.set(id, [queue, ticket]);
        }
      }
      if (ticket.blocked === 0) resolve();
    });
  }

  release(ids: readonly RecordId[]): void {
    if (this.disabled) return;
    for (const id of ids) {
      const queue = this.queues.get(id);
      if (!Array.isArray(queue) || queue.length === 1) {
        this.queues.delete(id);
        continue;
      }
      queue.shift();
      const next = queue[0] as Ticket;
      if (--next.blocked === 0) next.grant();
    }
  }

  /** Records that somebody has or waits for. */
  get size(): number {
    return this.queues.size;
  }
}
