/**
 * Engines of several shares as one: each has the records of one partition and runs while that partition is this worker's. Must
 * not know where their changes come from.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { ConflictRecord, DeadLetter } from '../../model/conflict.js';
import type { Direction } from '../../model/course.js';
import { parseRecordId, type RecordId, type RecordRef, recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { DecisionOutcome, PersonDecision } from '../../sync/decisions.js';
import type { EngineStatus, SyncEngine } from '../../sync/engine.js';
import type { Verdict } from '../../sync/examine.js';
import type { LetterOutcome, LetterWish } from '../../sync/letter-requests.js';
import type { Difference, RepairChoice, RepairOutcome } from '../../sync/repair.js';
import { mergeStatus } from './merge-status.js';
import { type Share, ShareSlot } from './share-slot.js';

/** Where a worker learns which shares are its own. */
export interface Membership {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What publishes a side's log from this process. */
export interface Capture {
  start(): void;
  stop(): Promise<void>;
  readonly failure: Promise<IsthmusError>;
}

export interface SharedEngineParts {
  readonly captures: readonly Capture[];
  readonly shares: number;
  readonly shareOf: (ref: RecordRef) => number;
  readonly open: (share: number) => Share;
  /** Null: this process has no shares. */
  readonly membership: ((onAssigned: (shares: readonly number[]) => void) => Membership) | null;
  readonly direction: Direction;
  readonly clock: Clock;
  readonly log: Logger;
}

export class SharedEngine implements SyncEngine {
  private readonly slots: readonly ShareSlot[];
  private readonly membership: Membership | null;
  private fail: (error: IsthmusError) => void = () => {};
  readonly failure: Promise<IsthmusError>;
  private lastError: IsthmusError | null = null;
  readonly epoch = 0;
  readonly broken = null;

  constructor(private readonly parts: SharedEngineParts) {
    this.failure = new Promise((resolve) => {
      this.fail = resolve;
    });
    const onFailure = (error: IsthmusError): void => {
      this.lastError = error;
      this.fail(error);
    };
    for (const { failure } of parts.captures) void failure.then(onFailure);
    this.slots = Array.from({ length: parts.shares }, (_, share) => new ShareSlot({ ...parts, share, onFailure }));
    this.membership =
      parts.membership?.((shares) => {
        for (const [share, slot] of this.slots.entries()) slot.want(shares.includes(share));
      }) ?? null;
  }

  async start(): Promise<void> {
    for (const capture of this.parts.captures) capture.start();
    await this.membership?.start();
  }

  /** Shares are given back only when they have ended: whoever has one next need not end this process first. */
  async stop(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.end()));
    await this.membership?.stop();
    await Promise.all(this.parts.captures.map((capture) => capture.stop()));
  }

  pause(): void {
    for (const slot of this.slots) slot.pause(true);
  }

  resume(): void {
    for (const slot of this.slots) slot.pause(false);
  }

  get direction(): Direction | null {
    return this.parts.direction;
  }

  async load(entity: string, from: Side): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.load(entity, from)));
  }

  turn(): Promise<void> {
    return Promise.reject(new IsthmusError('not_running', { message: 'Phases need the embedded transport.' }));
  }

  renew(): void {}

  pending(): readonly ConflictRecord[] {
    return this.engines.flatMap((engine) => engine.pending());
  }

  async decide(shown: ConflictRecord, decision: PersonDecision, limitMs: number): Promise<DecisionOutcome> {
    return (await this.of(shown)?.decide(shown, decision, limitMs)) ?? { kind: 'unknown' };
  }

  deadLetters(): readonly DeadLetter[] {
    return this.engines.flatMap((engine) => engine.deadLetters());
  }

  async askAboutLetter(shown: DeadLetter, wish: LetterWish, limitMs: number): Promise<LetterOutcome> {
    return (await this.of(shown)?.askAboutLetter(shown, wish, limitMs)) ?? { kind: 'unknown' };
  }

  /** What is another worker's is moving, as far as is known here. */
  async examine(refs: readonly RecordRef[]): Promise<ReadonlyMap<RecordId, Verdict>> {
    const verdicts = new Map<RecordId, Verdict>(refs.map((ref) => [recordId(ref), { kind: 'moving' }]));
    const parts = await Promise.all(
      this.spread(refs, (ref) => ref).map(
        async ([engine, mine]) => (await engine?.examine(mine)) ?? new Map<RecordId, Verdict>(),
      ),
    );
    for (const part of parts) for (const [id, verdict] of part) verdicts.set(id, verdict);
    return verdicts;
  }

  async repair(
    differences: readonly Difference[],
    choice: RepairChoice,
  ): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
    const outcomes = new Map<RecordId, RepairOutcome>(differences.map(({ id }) => [id, { kind: 'unknown' }]));
    const parts = await Promise.all(
      this.spread(differences, ({ id }) => parseRecordId(id)).map(
        async ([engine, mine]) => (await engine?.repair(mine, choice)) ?? new Map<RecordId, RepairOutcome>(),
      ),
    );
    for (const part of parts) for (const [id, outcome] of part) outcomes.set(id, outcome);
    return outcomes;
  }

  status(): EngineStatus {
    const merged = mergeStatus(this.engines.map((engine) => engine.status()));
    return this.lastError === null ? merged : { ...merged, state: 'failed', lastError: this.lastError };
  }

  async settled(limitMs: number): Promise<boolean> {
    const all = await Promise.all(this.engines.map((engine) => engine.settled(limitMs)));
    return all.length > 0 && all.every(Boolean);
  }

  private get engines(): readonly SyncEngine[] {
    return this.slots.flatMap(({ engine }) => engine ?? []);
  }

  private of(ref: RecordRef): SyncEngine | null {
    return this.slots[this.parts.shareOf(ref)]?.engine ?? null;
  }

  private spread<T>(items: readonly T[], ref: (item: T) => RecordRef): readonly (readonly [SyncEngine | null, T[]])[] {
    const byShare = new Map<number, T[]>();
    for (const item of items) {
      const share = this.parts.shareOf(ref(item));
      const mine = byShare.get(share);
      if (mine) mine.push(item);
      else byShare.set(share, [item]);
    }
    return [...byShare].map(([share, mine]) => [this.slots[share]?.engine ?? null, mine]);
  }
}
