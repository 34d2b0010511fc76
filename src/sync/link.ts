/**
 * One direction at work: reads its source's log, cuts it into batches, hands them to lanes under the records' locks, and
 * keeps the progress. Must not know how a held record goes on: that is `advancer.ts`.
 */
import type { Position } from '../model/change.js';
import { recordId } from '../model/record.js';
import { otherSide } from '../model/side.js';
import type { ChangeReader, SourceEvent, SourcePart, SourceStop } from '../ports/change-source.js';
import { applyBatch, type BatchContext } from './apply-batch.js';
import { type Batch, Inbox } from './batch.js';
import { BatchTraces } from './batch-traces.js';
import type { LaneWriter } from './lane-writer.js';
import type { Chunk } from './loads.js';
import { Marks } from './marks.js';
import { openLog } from './open-log.js';
import type { ReadProgress, SavedProgress, Stretch } from './read-progress.js';
import { Saving } from './saving.js';
import { type LinkMemory, nameOf, type Session } from './session.js';
import { Throttle } from './throttle.js';
import { listens, tellNews } from './watches.js';

export interface LinkParts {
  readonly session: Session;
  readonly memory: LinkMemory;
  readonly progress: ReadProgress;
  readonly lanes: readonly LaneWriter[];
  /** Marks up to which all is handled, and which are not this link's business. */
  readonly onMark: (id: string) => void;
  /** The other link's writes were read back. */
  readonly onEchoes: () => void;
  readonly onStop: (stop: SourceStop) => Promise<void>;
}

export class Link {
  private readonly inbox: Inbox;
  private readonly free: LaneWriter[];
  private readonly flying = new Set<Batch>();
  private readonly marks = new Marks();
  /** Batches under way: a life ends only when they have ended, since a later one writes through the same stores. */
  private readonly underWay = new Set<Promise<void>>();
  /** Batches whose echoes, or earlier ones, are not all handled. */
  private readonly unsettled: { readonly stretch: Stretch; readonly parts: Batch['parts'] }[] = [];
  private wake: (() => void) | null = null;
  private paused = false;
  private waits = false;
  private reader: ChangeReader | null = null;
  private readonly throttle: Throttle;
  readonly saving: Saving;
  /** Null: nobody asks. */
  private readonly traces: BatchTraces | null;

  constructor(private readonly parts: LinkParts) {
    const { clock, options, tracer } = parts.session.parts;
    this.traces = tracer && new BatchTraces(nameOf(parts.memory), tracer, clock);
    const { batch, wholeTransaction, throttle } = options;
    this.inbox = new Inbox({ batch, wholeTransaction });
    this.throttle = new Throttle({ clock, batch, perSecond: throttle, signal: parts.session.signal });
    this.free = [...parts.lanes];
    this.saving = new Saving({
      ...parts,
      takeLane: () => this.free.shift(),
      giveLane: (lane) => {
        this.free.push(lane);
        this.pump();
        this.wakeReader();
      },
      stored: () => this.acknowledge(),
    });
  }

  /** Reads until the session ends. */
  async run(): Promise<void> {
    const { session, memory, progress } = this.parts;
    const { options } = session.parts;
    const reader = await openLog(session, memory.source, progress.position);
    this.reader = reader;
    try {
      while (!session.signal.aborted) {
        // Nothing is awaited for a part: there are tens of thousands a second.
        const events = await reader.next();
        this.traces?.read(events);
        for (const event of events)
          if (event.kind === 'part') this.takePart(event);
          else await this.takeOther(event);
        this.pump();
        while (this.inbox.ready && this.inbox.weight >= 2 * options.batch) {
          if (session.signal.aborted) return;
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
          this.pump();
        }
      }
    } finally {
      await reader.close();
    }
  }

  async close(): Promise<void> {
    this.wake?.();
    await this.reader?.close();
    await Promise.all(this.underWay);
    this.traces?.close();
  }

  expectChunk(chunk: Chunk, marks: { readonly low: string; readonly high: string }): void {
    this.marks.expect(chunk, marks);
  }

  private async takeOther(event: Exclude<SourceEvent, SourcePart>): Promise<void> {
    if (event.kind === 'stop') await this.parts.onStop(event);
    else if (this.takeMark(event.id, event.position)) return;
    this.inbox.passed(event.position);
  }

  private takePart(part: SourcePart): void {
    const { session, progress, memory } = this.parts;
    if (progress.wasDone(part.position) && !session.parts.options.disabledRules.has('ranges'))
      return this.inbox.passed(part.position);
    if (listens(session)) for (const change of part.changes) tellNews(session, recordId(change));
    this.inbox.add({ part, windows: this.marks.windows, followed: session.following.follows(memory.source) });
  }

  /** Whether the mark became a batch. */
  private takeMark(id: string, position: Position): boolean {
    const { session } = this.parts;
    session.following.markRead(this.parts.memory.source, id);
    const chunk = this.marks.take(id, position);
    if (chunk === null) return false;
    const { entity } = chunk.range;
    if (listens(session)) for (const { key } of chunk.rows) tellNews(session, recordId({ entity, key }));
    this.inbox.addChunk(chunk, position);
    return true;
  }

  /** Hands out batches while there are lanes for them. */
  private pump(): void {
    const { session, progress } = this.parts;
    while (!this.paused && !session.signal.aborted && this.inbox.ready) {
      const neighbours = [...this.flying];
      if (neighbours.some((batch) => batch.alone)) return;
      const lane = this.free[0];
      if (lane === undefined || this.waitsForOthers() || this.throttle.holds(() => this.pump())) return;
      if (this.inbox.nextIsAlone && neighbours.length > 0) return;
      if (this.mustBeHandledFirst(neighbours)) return;
      const batch = this.inbox.take();
      const stretch = progress.begin(batch.to);
      this.unsettled.push({ stretch, parts: batch.parts });
      if (batch.ids.length === 0 && batch.parts.every(({ part }) => part.echo === null) && batch.chunk === null) {
        this.finished(stretch, { saved: false, batch });
        continue;
      }
      this.free.shift();
      const behind = neighbours.flatMap(({ chunk }) => chunk ?? []);
      this.flying.add(batch);
      const task: Promise<void> = this.handle(batch, lane, { stretch, behind }).finally(() =>
        this.underWay.delete(task),
      );
      this.underWay.add(task);
    }
  }

  /**
   * What stands before a chunk in the log is handled before it: once the chunk is stored its records count as loaded, and a change
   * that was to be left to it would be taken for one of a record that the target had.
   */
  private mustBeHandledFirst(neighbours: readonly Batch[]): boolean {
    const { nextChunk } = this.inbox;
    if (nextChunk === null || this.parts.session.parts.options.disabledRules.has('before-chunk')) return false;
    const { entity } = nextChunk.range;
    return neighbours.some(
      ({ chunk, parts }) =>
        chunk === null && parts.some(({ part }) => part.changes.some((one) => one.entity === entity)),
    );
  }

  /** Too much is in memory that others are about to bring to an end. */
  private waitsForOthers(): boolean {
    const { session, memory } = this.parts;
    // What is held may need what is still to be read: only while it grows less is it waited for.
    this.waits =
      session.echoGate.holds(memory.source, session.links[otherSide(memory.source)].awaiting.written) ||
      (memory.held.size > session.parts.options.heldMost && session.gains());
    return this.waits;
  }

  /** What this link may wait for has gone on. */
  goOn(): void {
    if (!this.waits || this.waitsForOthers()) return;
    this.pump();
    this.wakeReader();
  }

  private async handle(
    batch: Batch,
    lane: LaneWriter,
    { stretch, behind }: { readonly stretch: Stretch; readonly behind: readonly Chunk[] },
  ): Promise<void> {
    const { session, memory, progress } = this.parts;
    let stored: SavedProgress | null = null;
    const trace = this.traces?.begin(batch) ?? null;
    try {
      await session.locks.acquire(batch.ids);
      try {
        if (session.signal.aborted) return;
        const context: BatchContext = {
          session,
          link: memory,
          lane,
          behind,
          progress: (loaded) => {
            const now = progress.toSave(stretch);
            // An attempt whose answer was lost may be the one that stands there: the first one promises the least.
            stored ??= now;
            return memory.loads.toSave(now, { loaded, chunk: batch.chunk });
          },
        };
        const { saved } = await applyBatch(context, batch);
        if (saved && stored !== null) progress.stored(lane.lane, stored);
        this.traces?.applied(trace, batch.to, saved);
        this.finished(stretch, { saved, batch });
      } finally {
        session.locks.release(batch.ids);
      }
      this.flying.delete(batch);
      this.free.push(lane);
      this.pump();
      this.wakeReader();
    } catch (error) {
      this.traces?.failed(trace, error);
      session.fail(error);
    }
  }

  private finished(stretch: Stretch, result: { readonly saved: boolean; readonly batch: Batch }): void {
    const { progress } = this.parts;
    this.saving.handled(result.saved, result.batch.changes);
    progress.finish(stretch);
    this.settleEchoes();
    for (const mark of this.marks.passed(progress.position)) this.parts.onMark(mark);
    if (result.saved) this.acknowledge();
  }

  /**
   * Ends awaiting, in the order of the log: a later echo may be handled first, in another lane, and tells nothing of an
   * earlier one that still waits for its locks.
   */
  private settleEchoes(): void {
    const { awaiting } = this.parts.memory;
    if (this.parts.session.parts.options.disabledRules.has('echo')) return;
    while (this.unsettled[0]?.stretch.handled) {
      for (const { part } of this.unsettled.shift()?.parts ?? [])
        if (part.echo) {
          awaiting.settle(part.echo.lane, part.echo.number);
          this.saving.echoed(part.changes.length);
        }
    }
    this.parts.onEchoes();
  }

  private acknowledge(): void {
    const { durable } = this.parts.progress;
    this.reader?.acknowledge(durable);
    this.traces?.acknowledged(durable);
  }

  private wakeReader(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.pump();
    this.wakeReader();
  }

  /** Changes that are read and not handled yet, and the commit time of the oldest of them (ms, the source's clock). */
  get pending(): { readonly changes: number; readonly oldest: number | null } {
    let { changes } = this.inbox;
    let oldest = this.inbox.oldest();
    for (const batch of this.flying) {
      changes += batch.changes;
      const first = batch.parts.find(({ part }) => part.changes.length > 0)?.part.committedAt;
      if (first !== undefined && (oldest === null || first < oldest)) oldest = first;
    }
    return { changes, oldest };
  }

  get position(): Position {
    return this.parts.progress.position;
  }
}
