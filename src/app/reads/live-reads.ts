/**
 * Compares live reads of applications in the background: the record is read on both sides, and where they differ the engine
 * tells a true difference from a change on its way. Bounded, and never in the way of the sync: what is too much is skipped
 * and counted. Must not know who reads.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { didYouMean } from '../../base/nearest.js';
import type { Entity } from '../../model/entity.js';
import { type RecordId, type RecordRef, recordId, sameState } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { SideStore } from '../../ports/side-store.js';
import type { Engine } from '../../sync/engine.js';
import { keyOfText } from '../record/record-key.js';
import { type ReadCounts, type ReadResult, ReadTally } from './read-tally.js';

export interface LiveRead {
  readonly table: string;
  /** The plain value, or an object for several key columns. */
  readonly key: unknown;
  readonly served: Side;
}

export interface LiveReadsParts {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly engine: Pick<Engine, 'examine'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onResult: (table: string, result: ReadResult, reads: number) => void;
}

/** Different records that wait to be compared. */
const queueMost = 10_000;
const together = 200;
/** So many are gathered before they are looked at, and so long the databases are left alone between two looks. */
const pauseMs = 100;
/** A record that keeps moving is given up after so many looks, with growing pauses. */
const roundsMost = 6;

interface Queued {
  readonly ref: RecordRef;
  /** Of the same record. */
  reads: number;
}

export class LiveReads {
  private readonly queue = new Map<RecordId, Queued>();
  private readonly tally: ReadTally;
  private readonly abort = new AbortController();
  /** What is being compared now. */
  private present: ReadonlyMap<RecordId, Queued> = new Map();
  private work: Promise<void> | null = null;

  constructor(private readonly parts: LiveReadsParts) {
    this.tally = new ReadTally(parts.entities.keys(), parts.clock.now);
  }

  /** Throws what `accept` would. */
  check({ table, key }: LiveRead): void {
    keyOfText(this.entity(table), textOf(key));
  }

  /** False: there is too much to do already. Throws `not_found` and `request_invalid`. */
  accept({ table, key }: LiveRead): boolean {
    const entity = this.entity(table);
    const ref = { entity: table, key: keyOfText(entity, textOf(key)) };
    const id = recordId(ref);
    const known = this.queue.get(id);
    if (known !== undefined) known.reads++;
    else if (this.queue.size >= queueMost || this.abort.signal.aborted) {
      this.tell(table, 'skipped', 1);
      return false;
    } else this.queue.set(id, { ref, reads: 1 });
    this.work ??= this.run();
    return true;
  }

  counts(): ReadCounts {
    let waiting = 0;
    for (const { reads } of [...this.queue.values(), ...this.present.values()]) waiting += reads;
    return this.tally.counts(waiting);
  }

  /** Since the start of this process. */
  total(): { readonly compared: number; readonly different: number } {
    return this.tally.sinceStart();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.work;
  }

  private async run(): Promise<void> {
    const { clock, log } = this.parts;
    while (this.queue.size > 0 && !this.abort.signal.aborted) {
      await clock.sleep(pauseMs, this.abort.signal);
      if (this.abort.signal.aborted) break;
      const some = new Map([...this.queue].slice(0, together));
      for (const id of some.keys()) this.queue.delete(id);
      this.present = some;
      try {
        await this.compare(some);
      } catch (error) {
        // The sync is paused, or a server is away: these reads are not compared, later ones may be.
        log.debug({ reads: some.size, cause: String(error) }, 'live reads could not be compared');
        for (const id of [...some.keys()]) this.done(some, id, 'skipped');
      }
    }
    this.work = null;
  }

  /** What is decided is taken out of `some`; what an error leaves there is skipped. */
  private async compare(some: Map<RecordId, Queued>): Promise<void> {
    const { clock, engine, stores } = this.parts;
    const refs = [...some.values()].map(({ ref }) => ref);
    const options = { locked: false, raw: false };
    const [sql, mongodb] = await Promise.all([stores.sql.read(refs, options), stores.mongodb.read(refs, options)]);
    for (const id of [...some.keys()])
      if (sameState(sql.get(id)?.state ?? null, mongodb.get(id)?.state ?? null)) this.done(some, id, 'equal');
    const differed = new Set(some.keys());
    for (let round = 0; some.size > 0 && round < roundsMost; round++) {
      if (round > 0) await clock.sleep(pauseMs * 2 ** round, this.abort.signal);
      const verdicts = await engine.examine([...some.values()].map(({ ref }) => ref));
      for (const [id, { kind }] of verdicts)
        if (kind === 'differs') this.done(some, id, 'different');
        else if (kind === 'waits') this.done(some, id, 'waiting');
        else if (kind === 'equal') this.done(some, id, differed.has(id) ? 'in_flight' : 'equal');
    }
    for (const id of [...some.keys()]) this.done(some, id, 'skipped');
  }

  private done(some: Map<RecordId, Queued>, id: RecordId, result: ReadResult): void {
    const one = some.get(id);
    if (one === undefined) return;
    some.delete(id);
    this.tell(one.ref.entity, result, one.reads);
  }

  private tell(table: string, result: ReadResult, reads: number): void {
    this.tally.add(table, result, reads);
    this.parts.onResult(table, result, reads);
  }

  private entity(table: string): Entity {
    const { entities } = this.parts;
    const entity = entities.get(table);
    if (entity !== undefined) return entity;
    throw new IsthmusError('not_found', {
      message: `The table ${table} is not synced${didYouMean(table, entities.keys())}`,
      remedy: 'Name it as schema.table; `isthmus status` lists what is synced.',
    });
  }
}

function textOf(key: unknown): string {
  return typeof key === 'object' && key !== null ? JSON.stringify(key) : String(key);
}
