/**
 * Reads an entity of one side chunk by chunk between marks in its log (rule 8). The rows are handled by the link's reader
 * when it meets the second mark: there is no second way to write.
 */
import { recordId } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import { otherSide, type Side } from '../model/side.js';
import { endLoad } from './begin-loads.js';
import type { Link } from './link.js';
import type { Chunk, Load } from './loads.js';
import type { LinkMemory, Session } from './session.js';

export class Loader {
  private paused: Promise<void> | null = null;
  private unpause: (() => void) | null = null;

  constructor(
    private readonly session: Session,
    private readonly memory: LinkMemory,
    private readonly link: Link,
    /** Resolves when all that stands in a side's log is handled, or when this life ends. */
    private readonly passed: (side: Side) => Promise<void>,
  ) {}

  /** Loads one entity from where it was to its end. */
  async run(load: Load): Promise<void> {
    if (!load.complete) await this.chunks(load);
    if (this.session.signal.aborted) return;
    this.memory.loads.end(await endLoad(this.session.parts, { ...load.row, rows: load.rows }));
  }

  private async chunks(load: Load): Promise<void> {
    const { parts, signal } = this.session;
    const { store } = parts.sides[this.memory.source];
    const { entity } = load.row;
    const ahead: Promise<void>[] = [];
    // Once the session has ended, nobody handles chunks any more.
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // A row of a load of columns says what was before: the target is not asked.
    const asks = load.row.columns === null;
    const lacksAll = asks && (await this.lacksAll(entity));
    if (lacksAll) load.noteLacking(null);
    let after = load.resumeAfter;
    let chunksRead = 0;
    for (let upTo: string | null = after; ; after = upTo) {
      if (this.paused) await Promise.race([this.paused, ended]);
      if (signal.aborted) return;
      upTo = await store.chunkEnd(entity, after, parts.options.batch);
      const { chunk, handled } = this.open(load, { entity, after, upTo });
      const mark = `${this.session.id}:load:${parts.newId()}`;
      this.link.expectChunk(chunk, { low: `${mark}:low`, high: `${mark}:high` });
      await store.mark(`${mark}:low`);
      parts.faults.reach('load.low-mark');
      chunk.rows = await store.readChunk(chunk.range);
      parts.faults.reach('load.chunk-read');
      if (asks && !lacksAll) load.noteLacking(await this.lackingOf(chunk));
      await store.mark(`${mark}:high`);
      parts.faults.reach('load.high-mark');
      ahead.push(handled);
      chunksRead++;
      if (chunksRead % 20 === 0) await parts.conflicts.saveLoad({ ...load.row, rows: load.rows });
      if (upTo === null) break;
      while (ahead.length >= parts.options.chunksAhead) await Promise.race([ahead.shift(), ended]);
    }
    await Promise.race([Promise.all(ahead), ended]);
  }

  /** Whether the target has no record of the entity, after all that its log tells by now. */
  private async lacksAll(entity: string): Promise<boolean> {
    const { store } = this.session.parts.sides[otherSide(this.memory.source)];
    await store.visible(entity);
    const { rows } = await store.readPage({ entity, after: null, limit: 1, keysOnly: true });
    if (rows.length > 0) return false;
    await this.passed(store.side);
    return true;
  }

  /** What the target lacks of a chunk, after all that its log tells by now. */
  private async lackingOf({ range: { entity }, rows }: Chunk): Promise<readonly string[]> {
    const { store } = this.session.parts.sides[otherSide(this.memory.source)];
    const refs = rows.filter(({ key }) => !isRefused(key)).map(({ key }) => ({ entity, key }));
    await store.visible(entity);
    const existing = await store.existing(refs);
    const lacking = refs.filter((ref) => !existing.has(recordId(ref))).map(({ key }) => key);
    if (lacking.length > 0) await this.passed(store.side);
    return lacking;
  }

  private open(load: Load, range: Chunk['range']): { chunk: Chunk; handled: Promise<void> } {
    let resolve: () => void = () => {};
    const handled = new Promise<void>((done) => {
      resolve = done;
    });
    const chunk: Chunk = {
      load: load.row.id,
      range,
      rows: [],
      newer: new Map(),
      handled: () => {
        load.rows += chunk.rows.length;
        this.session.parts.observer.loaded(range.entity, chunk.rows.length);
        chunk.rows = [];
        chunk.newer.clear();
        resolve();
      },
    };
    return { chunk, handled };
  }

  pause(): void {
    this.paused ??= new Promise((resolve) => {
      this.unpause = resolve;
    });
  }

  resume(): void {
    this.paused = null;
    this.unpause?.();
  }
}
