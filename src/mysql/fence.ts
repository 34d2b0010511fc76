/** Whether a newer process has taken this sync over, by the epochs that are stored here. */
import { IsthmusError } from '../base/errors.js';
import { literal } from './names.js';
import type { Session } from './session.js';

export class Fence {
  private own: number | null = null;

  constructor(
    private readonly reads: Session,
    private readonly name: string,
  ) {}

  /** Set when this process has taken over; before that it owns nothing and is not fenced. */
  get epoch(): number | null {
    return this.own;
  }

  set epoch(epoch: number) {
    this.own = epoch;
  }

  /** The highest epoch that was ever stored; 0: none. */
  async stored(): Promise<number> {
    const result = await this.reads.query(
      `select coalesce(max(epoch), 0) from isthmus.progress where name = ${literal(this.name)}`,
    );
    return Number(result.rows[0]?.[0] ?? 0);
  }

  async check(): Promise<void> {
    if (this.own !== null && (await this.stored()) > this.own) throw new IsthmusError('fenced');
  }
}
