/**
 * Makes a source's events again of a partition's messages: leaves out what was published more than once, and joins the messages
 * of a transaction. Must not know a broker.
 */
import type { Change } from '../model/change.js';
import { weightOf } from '../model/weight.js';
import type { SourceEvent } from '../ports/change-source.js';
import { isBehind, type Place, placePosition } from './place.js';
import type { Stamp, TopicMessage } from './topic-message.js';

/** A larger transaction is handed on in parts of about this weight; our own stay whole, since an echo is handled as one. */
const partSize = 2000;

interface Open {
  readonly stamp: Stamp;
  changes: Change[];
  weight: number;
}

export class Assembler {
  private out: SourceEvent[] = [];
  private open: Open | null = null;
  /** Changes in `out`. */
  private emitted = 0;

  /** `last` is the message that was handled last; `division`: how often the records were divided anew. */
  constructor(
    private last: Place,
    private readonly division = 0,
  ) {}

  /** Changes and events that wait to be taken. */
  get size(): number {
    return this.emitted + this.out.length;
  }

  take(): readonly SourceEvent[] {
    const { out } = this;
    this.out = [];
    this.emitted = 0;
    return out;
  }

  push({ stamp, body }: TopicMessage, offset: string): void {
    // From a capture that slept while the records were divided anew: its partitions are others', and one of now publishes it too.
    if (stamp.division !== this.division) return;
    if (body.kind === 'stop') return this.stop(body, offset);
    // Published again by a capture that did not know that it had been.
    if (isBehind(stamp, this.last)) return;
    this.last = { source: stamp.source, index: stamp.index, offset };
    if (body.kind === 'mark') this.out.push({ kind: 'mark', position: placePosition(this.last), id: body.id });
    else this.transactional(stamp, body.kind === 'change' ? body.change : null);
  }

  /** Each capture may say it, at a place of its own: it counts whenever it is said. */
  private stop({ entity, reason }: { readonly entity: string; readonly reason: string }, offset: string): void {
    this.last = { ...this.last, offset };
    this.out.push({ kind: 'stop', position: placePosition(this.last), entity, reason });
  }

  private transactional(stamp: Stamp, change: Change | null): void {
    if (this.open?.stamp.transaction !== stamp.transaction) this.open = { stamp, changes: [], weight: 0 };
    const { open } = this;
    if (change !== null) {
      open.changes.push(change);
      open.weight += weightOf(change);
    }
    if (stamp.last) {
      this.emit(open, stamp, true);
      this.open = null;
    } else if (open.weight >= partSize && open.stamp.echo === null) this.emit(open, stamp, false);
  }

  private emit(open: Open, { transaction, committedAt }: Stamp, last: boolean): void {
    const { changes, stamp } = open;
    const position = placePosition(this.last);
    this.out.push({ kind: 'part', position, transaction, last, committedAt, echo: stamp.echo, changes });
    this.emitted += changes.length;
    open.changes = [];
    open.weight = 0;
  }
}
