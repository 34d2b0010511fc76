/**
 * Keeps the processes of one sync informed: tells of the shares that are here, learns of the others, and follows what is wanted of
 * all. Must not know what a share does.
 */

import type { ErrorCode } from '../../base/catalogue.js';
import type { Clock } from '../../base/clock.js';
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Side } from '../../model/side.js';
import type { ComparedReads, ShareBoard, ShareReport } from '../../ports/share-board.js';
import type { UnreadableStore } from '../../ports/unreadable-store.js';
import type { EngineStatus } from '../../sync/engine.js';

/** What a process tells of a share that it has. */
export interface ShareState {
  readonly status: EngineStatus;
  /** Messages of a side's topic that are not taken yet. */
  readonly waiting: Readonly<Record<Side, number>>;
  /** For how long nothing of it has crossed, though it should; null: it crosses. */
  readonly brokenMs: number | null;
}

/** A share as any process can know it. */
export interface KnownShare extends ShareState {
  readonly share: number;
  /** Null: nobody has told of it for a while. */
  readonly owner: string | null;
}

export interface ShareNewsParts {
  readonly board: ShareBoard;
  readonly owner: string;
  readonly own: () => ReadonlyMap<number, ShareState>;
  readonly onPaused: (paused: boolean) => void;
  readonly unreadable: Pick<UnreadableStore, 'count'>;
  /** Throws `transport_changed`: this process has nothing to do here any more. */
  readonly kept: () => Promise<void>;
  readonly onFailure: (error: IsthmusError) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

const everyMs = 1_000;
/** Who has told nothing for so long has it no more, as far as others know. */
export const silentMs = 10_000;

export class ShareNews {
  private readonly stopper = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private told: readonly KnownShare[] = [];
  /** Messages that could not be read, of the whole sync. */
  unreadable = 0;
  /** Compared by this process; null: it compares none. */
  reads: (() => ComparedReads) | null = null;
  /** By the others. */
  readsElsewhere: ComparedReads = { compared: 0, different: 0 };
  /** Grows when a wish begins to be stored, and when it is: what was read meanwhile may be older. */
  private wishes = 0;

  constructor(private readonly parts: ShareNewsParts) {}

  /** Resolves when it knows what the others have told. */
  async start(): Promise<void> {
    await this.exchange();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  /** All shares that were ever told of, also this process's own. */
  get known(): readonly KnownShare[] {
    return this.told;
  }

  async setPaused(paused: boolean): Promise<void> {
    this.wishes++;
    await this.parts.board.setPaused(paused);
    this.wishes++;
    this.parts.onPaused(paused);
  }

  private async run(): Promise<void> {
    const { clock, log, onFailure } = this.parts;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      await this.exchange().catch((error: Error) => {
        if (isIsthmusError(error, 'transport_changed')) onFailure(error);
        else log.debug({}, `shares could not be told of: ${error.message}`);
      });
    }
  }

  private async exchange(): Promise<void> {
    const { board, kept, onPaused, own, owner, unreadable } = this.parts;
    await kept();
    await board.post(owner, new Map([...own()].map(([share, state]) => [share, textOf(state)])));
    const { wishes } = this;
    const paused = await board.paused();
    if (wishes === this.wishes) onPaused(paused);
    this.told = (await board.reports()).map(knownShare);
    this.unreadable = await unreadable.count();
    const reads = this.reads?.() ?? null;
    if (reads !== null && reads.compared > 0) await board.postReads(owner, reads);
    this.readsElsewhere = await board.readsOfOthers(owner);
  }
}

/** An error is not its fields. */
function textOf({ status, ...rest }: ShareState): unknown {
  const { code, message, remedy } = status.lastError ?? {};
  return { status: { ...status, lastError: status.lastError && { code, message, remedy } }, ...rest };
}

interface ToldState extends Omit<ShareState, 'status'> {
  readonly status: Omit<EngineStatus, 'lastError'> & {
    readonly lastError: { readonly code: ErrorCode; readonly message: string; readonly remedy: string } | null;
  };
}

function knownShare({ share, owner, status: text, ageMs }: ShareReport): KnownShare {
  const { status, waiting, brokenMs } = text as ToldState;
  const { lastError } = status;
  const heard = { ...status, lastError: lastError && new IsthmusError(lastError.code, lastError) };
  const silent = ageMs > silentMs;
  if (!silent) return { share, waiting, owner, status: heard, brokenMs: brokenMs === null ? null : brokenMs + ageMs };
  const stands = status.state === 'paused' || status.state === 'idle';
  return { share, waiting, owner: null, status: unowned(heard, ageMs), brokenMs: stands ? null : ageMs };
}

/** Nothing of it crosses, so it lags by as long. */
function unowned(status: EngineStatus, ageMs: number): EngineStatus {
  const { sql, mongodb } = status.links;
  return {
    ...status,
    state: status.state === 'paused' || status.state === 'idle' ? status.state : 'starting',
    links: { sql: { ...sql, lagMs: sql.lagMs + ageMs }, mongodb: { ...mongodb, lagMs: mongodb.lagMs + ageMs } },
  };
}
