/** The lanes of one process, each made when it is first asked for, under the epoch that was taken over. Must not know a driver. */
import { IsthmusError } from '../base/errors.js';
import type { Fence } from './fence.js';

interface Closable {
  close(): Promise<void>;
}

interface OpenLane<L> {
  readonly lane: L;
  readonly session: Closable;
}

export class LaneSet<L> {
  private readonly lanes = new Map<number, OpenLane<L>>();

  constructor(
    private readonly fence: Pick<Fence, 'epoch'>,
    private readonly open: (lane: number, epoch: number) => OpenLane<L>,
  ) {}

  get(number: number): L {
    const known = this.lanes.get(number);
    if (known !== undefined) return known.lane;
    const { epoch } = this.fence;
    if (epoch === null)
      throw new IsthmusError('invariant_broken', { message: 'A commit was asked for before takeOver.' });
    const opened = this.open(number, epoch);
    this.lanes.set(number, opened);
    return opened.lane;
  }

  /** Lanes carry their epoch: those of an earlier one, also of this process, write no more. */
  async close(): Promise<void> {
    const sessions = [...this.lanes.values()].map(({ session }) => session);
    this.lanes.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}
