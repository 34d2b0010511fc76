/** `ChangeSource` of a side in memory: reads what the log lets be read yet, one reader at a time. */
import { IsthmusError } from '../../base/errors.js';
import type { Position } from '../../model/change.js';
import type { Side } from '../../model/side.js';
import type { ChangeReader, ChangeSource, SourceEvent } from '../../ports/change-source.js';
import type { Actor } from '../scheduler.js';
import { itemOf, positionOf } from './memory-log.js';
import type { MemorySide } from './memory-side.js';

export class MemorySource implements ChangeSource {
  readonly side: Side;

  constructor(
    private readonly at: MemorySide,
    private readonly owner: Actor,
  ) {
    this.side = at.side;
  }

  order(position: Position): bigint {
    return BigInt(itemOf(position));
  }

  begin(): Promise<Position> {
    return this.at.scheduler.step(this.owner, `${this.side}: finds the beginning`, () => positionOf(this.at.log.end));
  }

  open(from: Position): Promise<ChangeReader> {
    return this.at.scheduler.step(this.owner, `${this.side}: opens`, () => {
      // As a replication slot does: what was acknowledged is not sent again, whatever is asked for.
      return new MemoryReader(this.at, this.owner, Math.max(itemOf(from), this.at.log.acknowledgedTo));
    });
  }
}

class MemoryReader implements ChangeReader {
  private closed = false;

  constructor(
    private readonly at: MemorySide,
    private readonly owner: Actor,
    public cursor: number,
  ) {
    at.reader = this;
  }

  next(): Promise<readonly SourceEvent[]> {
    return this.at.scheduler.step(
      this.owner,
      `${this.at.side}: next`,
      () => this.take(),
      () => this.over || this.at.log.canRead(this.cursor),
    );
  }

  acknowledge(position: Position): void {
    if (!this.over && this.owner.alive) this.at.log.acknowledge(position);
  }

  close(): Promise<void> {
    this.closed = true;
    if (this.at.reader === this) this.at.reader = null;
    return Promise.resolve();
  }

  private get over(): boolean {
    return this.closed || this.at.reader !== this;
  }

  private take(): readonly SourceEvent[] {
    const { log, options, side } = this.at;
    if (this.over) throw new IsthmusError('transient', { message: `the reader of ${side} was ended` });
    if (options.random.chance(options.faults())) {
      this.closed = true;
      throw new IsthmusError('transient', { message: `the connection of the reader of ${side} was lost` });
    }
    const events: SourceEvent[] = [];
    // At least one event, and none of another process's marks.
    for (let most = 1 + options.random.int(4); log.canRead(this.cursor) && events.length < most; ) {
      const { event, to } = log.read(this.cursor, options.partSize, this.owner.name);
      this.cursor = to;
      if (event !== null) events.push(event);
    }
    return events;
  }
}
