/**
 * Engines of several shares as one: each has the records of one partition and runs while that partition is this worker's; what is
 * asked of the others goes to the processes that have them. Must not know where their changes come from.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { ConflictRecord, DeadLetter } from '../../model/conflict.js';
import type { CommonCourse, Direction } from '../../model/course.js';
import { parseRecordId, type RecordId, type RecordRef } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { CommonCourseStore } from '../../ports/course-store.js';
import type { Mailbox } from '../../ports/mailbox.js';
import type { ComparedReads, ShareBoard } from '../../ports/share-board.js';
import type { UnreadableStore } from '../../ports/unreadable-store.js';
import type { DecisionOutcome, PersonDecision } from '../../sync/decisions.js';
import type { EngineStatus, SyncEngine } from '../../sync/engine.js';
import type { Verdict } from '../../sync/examine.js';
import type { LetterOutcome, LetterWish } from '../../sync/letter-requests.js';
import type { Difference, RepairChoice, RepairOutcome } from '../../sync/repair.js';
import type { SaveTurn } from '../../sync/turn-life.js';
import type { TransportStatus } from '../sync.js';
import type { Capture } from './capture.js';
import { CourseFollower } from './course-follower.js';
import { Desk } from './desk.js';
import { drain } from './drain.js';
import { mergeStatus, partitionStatus } from './merge-status.js';
import { RemoteShare } from './remote-share.js';
import { type KnownShare, ShareNews, type ShareState } from './share-news.js';
import type { ShareWork } from './share-questions.js';
import { type Share, ShareSlot } from './share-slot.js';
import { spread } from './spread.js';

/** Where a worker learns which shares are its own. */
export interface Membership {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Messages of a side's topic that wait for this worker, by partition. */
  lag(side: Side): ReadonlyMap<number, number>;
}

export interface SharedEngineParts {
  readonly captures: readonly Capture[];
  readonly shares: number;
  readonly shareOf: (ref: RecordRef) => number;
  readonly open: (share: number) => Share;
  /** Null: this process has no shares. */
  readonly membership: ((onAssigned: (shares: readonly number[]) => void) => Membership) | null;
  /** A direction that nothing changes, or where the one that all shares go by is stored. */
  readonly course: Direction | CommonCourseStore;
  /** Where a side's topic ends: by partition, the offset of its next message. */
  readonly ends: (side: Side) => Promise<ReadonlyMap<number, bigint>>;
  /** Writes a mark for all shares into a side's log. */
  readonly mark: (side: Side, id: string) => Promise<void>;
  /** This process, as others know it. */
  readonly owner: string;
  /** How the mapping orders fields. */
  readonly shape: string;
  readonly mailbox: Mailbox;
  readonly board: ShareBoard;
  /** Throws `transport_changed` if the records are divided otherwise by now. */
  readonly kept: () => Promise<void>;
  readonly unreadable: Pick<UnreadableStore, 'count'>;
  /** Of the whole sync. */
  readonly conflicts: Pick<ConflictStore, 'pending' | 'deadLetters'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const againMs = 200;

export class SharedEngine implements SyncEngine {
  private readonly slots: readonly ShareSlot[];
  private readonly remote: readonly ShareWork[];
  private readonly membership: Membership | null;
  private readonly desk: Desk;
  private readonly news: ShareNews;
  /** Null: the direction never changes. */
  private readonly follower: CourseFollower | null;
  private fail: (error: IsthmusError) => void = () => {};
  readonly failure: Promise<IsthmusError>;
  private lastError: IsthmusError | null = null;
  /** A partition that comes meanwhile goes to others in a moment. */
  private stopping = false;
  readonly epoch = 0;

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
        if (this.stopping) return;
        for (const [share, slot] of this.slots.entries()) slot.want(shares.includes(share));
      }) ?? null;
    this.remote = this.slots.map((_, share) => new RemoteShare({ ...parts, share }));
    const here = (): readonly number[] => [...this.here().keys()];
    this.desk = new Desk({ ...parts, shares: here, engineOf: (share) => this.slots[share]?.engine ?? null });
    this.news = new ShareNews({
      ...parts,
      own: () => this.own(),
      onFailure,
      onPaused: (paused) => {
        for (const slot of this.slots) slot.pause(paused);
      },
    });
    const onCourse = (common: CommonCourse): void => {
      for (const slot of this.slots) slot.follow(common);
    };
    const { course } = parts;
    this.follower = typeof course === 'string' ? null : new CourseFollower({ ...parts, common: course, onCourse });
  }

  async start(): Promise<void> {
    await this.news.start();
    await this.follower?.start();
    this.desk.start();
    for (const capture of this.parts.captures) capture.start();
    await this.membership?.start();
  }

  /** Shares are given back only when they have ended: whoever has one next need not end this process first. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.slots.map((slot) => slot.end()));
    await this.membership?.stop();
    await Promise.all(this.parts.captures.map((capture) => capture.stop()));
    await Promise.all([this.desk.stop(), this.news.stop(), this.follower?.stop()]);
  }

  /** All shares of the sync, also those of processes that are started later. */
  pause(): Promise<void> {
    return this.news.setPaused(true);
  }

  resume(): Promise<void> {
    return this.news.setPaused(false);
  }

  /** What is in force; shares that are slow come to it in the logs that they read. */
  get direction(): Direction | null {
    const { course } = this.parts;
    return typeof course === 'string' ? course : (this.follower?.direction ?? null);
  }

  /** As long as a share's changes do not cross, wherever it is, or nobody has it. */
  get broken(): number | null {
    const longest = Math.max(...this.shares.map(({ brokenMs }) => brokenMs ?? Number.NEGATIVE_INFINITY));
    return longest >= 0 ? this.parts.clock.now() - longest : null;
  }

  /** Each share loads its own records. */
  async load(entity: string, from: Side): Promise<void> {
    await Promise.all(this.slots.map((_, share) => this.workOf(share).load(entity, from)));
  }

  /** All shares of the sync, whoever has them. Throws `not_running` if another process turns them at the same time. */
  async turn(direction: Direction, save: SaveTurn): Promise<void> {
    if (this.follower === null)
      throw new IsthmusError('not_running', { message: 'The direction is the configuration’s.' });
    await this.follower.turn(direction, (course, number) => save(this.epoch, course, number));
  }

  renew(): void {}

  /** Of the shares that are here as their engines have them, of the others as they are stored. */
  async pending(id?: string): Promise<readonly ConflictRecord[]> {
    const mine = await Promise.all([...this.here().values()].map(async (engine) => engine.pending(id)));
    if (this.hasAll || (id !== undefined && mine.some(({ length }) => length > 0))) return mine.flat();
    const stored = await this.parts.conflicts.pending(id);
    return [...mine.flat(), ...stored.filter((one) => this.isElsewhere(one))];
  }

  decide(shown: ConflictRecord, decision: PersonDecision, limitMs: number): Promise<DecisionOutcome> {
    return this.workFor(shown).decide(shown, decision, limitMs);
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    const mine = await Promise.all([...this.here().values()].map(async (engine) => engine.deadLetters()));
    if (this.hasAll) return mine.flat();
    const stored = await this.parts.conflicts.deadLetters();
    return [...mine.flat(), ...stored.filter((one) => this.isElsewhere(one))];
  }

  askAboutLetter(shown: DeadLetter, wish: LetterWish, limitMs: number): Promise<LetterOutcome> {
    return this.workFor(shown).askAboutLetter(shown, wish, limitMs);
  }

  examine(refs: readonly RecordRef[]): Promise<ReadonlyMap<RecordId, Verdict>> {
    return spread({ items: refs, shareOf: this.parts.shareOf }, (share, mine) => this.workOf(share).examine(mine));
  }

  repair(differences: readonly Difference[], choice: RepairChoice): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
    const shareOf = ({ id }: Difference): number => this.parts.shareOf(parseRecordId(id));
    return spread({ items: differences, shareOf }, (share, mine) => this.workOf(share).repair(mine, choice));
  }

  status(): EngineStatus {
    const merged = mergeStatus(this.shares.map(({ status }) => status));
    return this.lastError === null ? merged : { ...merged, state: 'failed', lastError: this.lastError };
  }

  async settled(limitMs: number): Promise<boolean> {
    const all = await Promise.all(this.slots.map((_, share) => this.isSettled(share, limitMs)));
    return all.every(Boolean);
  }

  /** One that changes hands meanwhile, so that its engine ends, is asked again. */
  private async isSettled(share: number, limitMs: number): Promise<boolean> {
    const { clock } = this.parts;
    const until = clock.now() + limitMs;
    for (let left = limitMs; left > 0 && !this.stopping; left = until - clock.now()) {
      if (await this.workOf(share).settled(left)) return true;
      await clock.sleep(againMs);
    }
    return false;
  }

  /** Live reads that were compared here, with those of the other processes as of a moment ago. */
  readsWith(own: () => ComparedReads): () => ComparedReads {
    this.news.reads = own;
    return () => {
      const [here, elsewhere] = [own(), this.news.readsElsewhere];
      return { compared: here.compared + elsewhere.compared, different: here.different + elsewhere.different };
    };
  }

  /** Of the shares that are here. */
  async passed(): Promise<void> {
    await Promise.all([...this.here().values()].map((engine) => engine.passed()));
  }

  /** For who divides the records anew: what is read is in the topics then, and nothing else comes there. Throws `not_running`. */
  drain(limitMs: number): Promise<void> {
    const { captures, clock, ends, shares } = this.parts;
    return drain({ captures, clock, ends, shares, here: () => this.here(), passed: () => this.passed() }, limitMs);
  }

  /** Partitions of all processes, and this one's captures. */
  transport(): TransportStatus {
    const captures = this.parts.captures.map(({ status: { side, state, published, lastError } }) => {
      const error = lastError && { code: lastError.code, message: lastError.message };
      return { side, state, published, lastError: error };
    });
    const { owner } = this.parts;
    const partitions = this.shares.map((one) => partitionStatus(one, one.owner === owner));
    return { kind: 'kafka', partitions, captures, unreadable: this.news.unreadable };
  }

  /** All of the sync, as far as this process knows them. */
  private get shares(): readonly KnownShare[] {
    const own = this.own();
    const told = new Map(this.news.known.map((one) => [one.share, one]));
    return this.slots.flatMap((_, share) => {
      const state = own.get(share);
      return state === undefined ? (told.get(share) ?? []) : { share, owner: this.parts.owner, ...state };
    });
  }

  private own(): ReadonlyMap<number, ShareState> {
    const lags = { sql: this.membership?.lag('sql'), mongodb: this.membership?.lag('mongodb') };
    return new Map(
      [...this.here()].map(([share, engine]) => {
        const waiting = { sql: lags.sql?.get(share) ?? 0, mongodb: lags.mongodb?.get(share) ?? 0 };
        const { broken } = engine;
        const brokenMs = broken === null ? null : this.parts.clock.now() - broken;
        return [share, { status: engine.status(), waiting, brokenMs }];
      }),
    );
  }

  private here(): ReadonlyMap<number, SyncEngine> {
    return new Map(this.slots.flatMap(({ engine }, share) => (engine === null ? [] : [[share, engine] as const])));
  }

  private get hasAll(): boolean {
    return this.slots.every(({ engine }) => engine !== null);
  }

  private isElsewhere(ref: RecordRef): boolean {
    return this.slots[this.parts.shareOf(ref)]?.engine === null;
  }

  private workOf(share: number): ShareWork {
    return this.slots[share]?.engine ?? (this.remote[share] as ShareWork);
  }

  private workFor(ref: RecordRef): ShareWork {
    return this.workOf(this.parts.shareOf(ref));
  }
}
