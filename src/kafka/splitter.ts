/**
 * Spreads what a source's log says over the partitions of a topic: each change to its record's, marks and our own transactions
 * to the share that wrote them, a stop to all, and so a mark that tells of a turn. The same log gives the same messages with the
 * same stamps, whoever reads it and however often. Must not know how a message is written.
 */
import { turnOfMark } from '../model/course.js';
import type { OwnedLane } from '../model/share.js';
import type { Echo, SourceEvent, SourceMark, SourcePart, SourceStop } from '../ports/change-source.js';
import { partitionOf } from './partition.js';
import type { Body, Stamp, TopicMessage } from './topic-message.js';

export interface Placed {
  readonly partition: number;
  readonly message: TopicMessage;
}

export interface SplitterOptions {
  readonly partitions: number;
  /** How often the records were divided anew. */
  readonly division: number;
  /** Whose a mark or a lane is: the share that named it, and the name without that. Null: none of this sync's shares. */
  readonly shareOfMark: (id: string) => { readonly share: number; readonly id: string } | null;
  readonly ownerOfLane: (lane: number) => OwnedLane | null;
}

interface Owned extends OwnedLane {
  readonly echo: Echo;
}

export class Splitter {
  private position = '';
  /** Of the next event at this position. */
  private base = 0;
  /** Partitions that an open transaction's earlier parts went to; null: where it began was not seen. */
  private open: Set<number> | null = null;
  private current: string | null = null;

  constructor(private readonly options: SplitterOptions) {}

  split(event: SourceEvent): readonly Placed[] {
    if (event.position !== this.position) {
      this.position = event.position;
      this.base = 0;
    }
    const placed = this.place(event);
    // A place for each change, and one in each partition beside.
    this.base += (event.kind === 'part' ? event.changes.length : 0) + this.options.partitions;
    return placed;
  }

  private place(event: SourceEvent): readonly Placed[] {
    if (event.kind === 'part') return this.part(event);
    return event.kind === 'mark' ? this.mark(event) : this.stop(event);
  }

  private mark(event: SourceMark): readonly Placed[] {
    if (turnOfMark(event.id) !== null)
      return this.all.map((partition) => this.alone(event, partition, { kind: 'mark', id: event.id }));
    const owner = this.options.shareOfMark(event.id);
    if (owner === null || owner.share >= this.options.partitions) return [];
    return [this.alone(event, owner.share, { kind: 'mark', id: owner.id })];
  }

  private stop(event: SourceStop): readonly Placed[] {
    const { entity, reason } = event;
    return this.all.map((partition) => this.alone(event, partition, { kind: 'stop', entity, reason }));
  }

  private part(part: SourcePart): readonly Placed[] {
    const begins = part.transaction !== this.current;
    // The first transaction that is read may have begun before.
    if (begins) this.open = this.current === null ? null : new Set();
    this.current = part.transaction;
    const owned = this.ownedBy(part);
    const { partitions } = this.options;
    const at = part.changes.map((change) => partitionOf(change, partitions));
    const lastIn = new Map(at.map((partition, index) => [partition, index]));
    const placed = part.changes.map((change, index): Placed => {
      const partition = at[index] as number;
      const ends = part.last && lastIn.get(partition) === index;
      return this.placed(part, { partition, index, ends, owned, body: { kind: 'change', change } });
    });
    const rest = part.last ? this.all.filter((one) => !lastIn.has(one) && this.mustEnd(one, owned)) : [];
    for (const partition of lastIn.keys()) this.open?.add(partition);
    const { length } = part.changes;
    return [
      ...placed,
      ...rest.map((partition) =>
        this.placed(part, { partition, index: length + partition, ends: true, owned, body: { kind: 'end' } }),
      ),
    ];
  }

  /** Whether the end of a transaction without a change there (any more) has to be told. */
  private mustEnd(partition: number, owned: Owned | null): boolean {
    if (owned !== null) return owned.has(partition);
    return this.open === null || this.open.has(partition);
  }

  private ownedBy({ echo }: SourcePart): Owned | null {
    const owner = echo && this.options.ownerOfLane(echo.lane);
    return owner && { ...owner, echo: { ...(echo as Echo), lane: owner.lane } };
  }

  private placed(part: SourcePart, { partition, index, ends, owned, body }: InPart): Placed {
    // What a transaction of a share did to others' records (a trigger, a cascade) is that side's own change there.
    const echo = owned?.has(partition) ? owned.echo : null;
    const { transaction, committedAt } = part;
    const source = this.position;
    const { division } = this.options;
    return {
      partition,
      message: {
        stamp: { source, index: this.base + index, transaction, committedAt, last: ends, echo, division },
        body,
      },
    };
  }

  private alone({ position }: SourceEvent, partition: number, body: Body): Placed {
    const stamp: Stamp = {
      source: position,
      index: this.base + partition,
      transaction: position,
      committedAt: 0,
      last: true,
      echo: null,
      division: this.options.division,
    };
    return { partition, message: { stamp, body } };
  }

  private get all(): readonly number[] {
    return Array.from({ length: this.options.partitions }, (_, partition) => partition);
  }
}

interface InPart {
  readonly partition: number;
  /** In the part. */
  readonly index: number;
  readonly ends: boolean;
  readonly owned: Owned | null;
  readonly body: Body;
}
