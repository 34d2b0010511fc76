/**
 * The engine as others use it: begins lives, and a new one when a server was lost, until it is stopped or must not go on.
 * Must not know what a life does.
 */
import { asIsthmusError, IsthmusError } from '../base/errors.js';
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import type { Direction } from '../model/course.js';
import type { RecordId, RecordRef } from '../model/record.js';
import type { Side } from '../model/side.js';
import { sides } from '../model/side.js';
import { askAboutLetter, askForDecision } from './ask.js';
import type { DecisionOutcome, PersonDecision } from './decisions.js';
import { examine, type Verdict } from './examine.js';
import type { LetterOutcome, LetterWish } from './letter-requests.js';
import { Life, type Running } from './life.js';
import { ReadTimes } from './read-times.js';
import type { Reign } from './recover.js';
import { type Difference, type RepairChoice, type RepairOutcome, repair } from './repair.js';
import type { EngineParts, Session } from './session.js';
import { type EngineStatus, statusOf } from './status.js';
import { type AmongEngines, type SaveTurn, turnLife } from './turn-life.js';

export type { EngineParts, EngineStatus };

/** What others may ask of one, or of several with a part of the records each, some of them in other processes. */
export type SyncEngine = {
  readonly [Name in keyof Engine]: Name extends 'pending' | 'deadLetters' | 'pause' | 'resume'
    ? (...of: Parameters<Engine[Name]>) => Later<ReturnType<Engine[Name]>>
    : Engine[Name];
};

type Later<T> = T | Promise<T>;

export class Engine {
  private life: Life | null = null;
  private stopping = false;
  private paused = false;
  private lastError: IsthmusError | null = null;
  /** Since when lives end soon or do not begin. */
  private brokenSince: number | null = null;
  private bornAt: number | null = null;
  private readonly reign: Reign = { epoch: null };
  private readonly abort = new AbortController();
  private supervisor: Promise<void> = Promise.resolve();
  /** Told when the next life has begun, or could not. */
  private succeeded = (): void => {};
  private fail: (error: IsthmusError) => void = () => {};
  /** Resolves, never rejects, with the error after which the engine must not go on by itself. */
  readonly failure: Promise<IsthmusError>;
  private readonly readTimes: ReadTimes;
  private known: EngineStatus | null = null;

  constructor(private readonly parts: EngineParts) {
    this.readTimes = new ReadTimes(parts.clock.now());
    this.failure = new Promise((resolve) => {
      this.fail = resolve;
    });
  }

  /** Takes over and starts both links. Rejects if that is not possible for a reason that does not pass. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.supervisor = this.supervise(resolve).catch((error: unknown) => {
        const known = asIsthmusError(error);
        this.lastError = known;
        this.parts.observer.failed(known.code, known.message);
        this.fail(known);
        reject(known);
      });
    });
  }

  /** One life after the other. */
  private async supervise(started: () => void): Promise<void> {
    const { clock, log, options } = this.parts;
    let pause = options.restartMs;
    while (!this.stopping) {
      const life = new Life(this.parts, this.reign, this.readTimes);
      this.life = life;
      if (this.paused) life.pause();
      try {
        await life.start();
        this.bornAt = clock.now();
        started();
        this.succeeded();
        pause = options.restartMs;
        await life.ended;
        await life.stop();
      } catch (error) {
        const known = asIsthmusError(error);
        this.succeeded();
        if (!this.stopping) this.noteEnd(known);
        // It may wait for a while to learn what became of a commit whose answer was lost.
        await life.stop();
        if (this.stopping) return;
        if (!known.retry) throw known;
        log.warn({ code: known.code, pauseMs: pause }, `${known.message} Starting again from what is stored.`);
        await clock.sleep(pause, this.abort.signal);
        pause = Math.min(pause * 2, options.restartMaxMs);
      }
    }
  }

  /** Told at once, before the life that failed has come to its end. */
  private noteEnd(error: IsthmusError): void {
    if (error.code !== 'fenced') this.brokenSince = this.broken ?? this.parts.clock.now();
    this.bornAt = null;
    if (!error.retry) return;
    this.lastError = error;
    this.parts.observer.restarted(error.code);
  }

  /**
   * Changes which way changes cross. Nothing is lost by it: a side that begins to lead is followed before `save` stores the
   * course (false: a later life has claimed it), one that ceases to lead is followed up to its log's end as of then.
   * Throws `not_running` where there is no life to tell, and what `save` throws. `among`: the turn is one that several engines
   * follow, and this one may have missed some.
   */
  async turn(direction: Direction, save: SaveTurn, among?: AmongEngines): Promise<void> {
    const { life } = this;
    const following = life?.following;
    if (!life || !following || this.stopping) throw new IsthmusError('not_running');
    const was = following.direction;
    await turnLife(life, following, { direction, save, among });
    // From or to standing still another life begins.
    if (was === direction || (was !== 'none' && direction !== 'none')) return;
    const begun = new Promise<void>((resolve) => {
      this.succeeded = resolve;
    });
    life.leave();
    if (this.life === life) await begun;
  }

  /** Has the next life claim its course anew, where what is stored was changed without one. */
  renew(): void {
    this.life?.fail(new IsthmusError('transient', { message: 'The direction was changed.' }));
  }

  /** Since when nothing crosses because a server is lost; null: changes cross, or it stands still on purpose. */
  get broken(): number | null {
    const lives = this.bornAt !== null && this.parts.clock.now() - this.bornAt > steadyMs;
    return lives ? null : this.brokenSince;
  }

  /** Which way changes cross; null while no life knows it. */
  get direction(): Direction | null {
    return this.life?.following?.direction ?? null;
  }

  /** The number that the present life took over under. */
  get epoch(): number {
    return this.reign.epoch ?? 0;
  }

  /** Finishes what is under way and lets go of both servers' logs; stores stay open. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.life?.beforeStop();
    this.abort.abort();
    this.succeeded();
    await this.life?.stop();
    await this.supervisor;
  }

  pause(): void {
    this.paused = true;
    this.life?.pause();
  }

  resume(): void {
    this.paused = false;
    this.life?.resume();
  }

  /** Loads an entity (again) from one side; also what follows an entity's stop. Throws `not_found`, `not_running`, `load_running`, `mapping_outdated`. */
  async load(entity: string, from: Side): Promise<void> {
    if (!this.parts.entities.has(entity))
      throw new IsthmusError('not_found', { message: `There is no entity ${entity}.` });
    if (this.life === null) throw new IsthmusError('not_running');
    await this.life.load(entity, from);
  }

  /** Conflicts that wait for a person, as they stand now; with `id` that one, if it does. */
  pending(id?: string): readonly ConflictRecord[] {
    const all = [...(this.life?.running?.session.trouble.conflicts() ?? [])];
    return id === undefined ? all : all.filter((one) => one.id === id);
  }

  /** Writes what a person decided about a conflict as `pending` showed it, unless a side has moved since. Nothing is decided while paused. */
  async decide(shown: ConflictRecord, decision: PersonDecision, limitMs: number): Promise<DecisionOutcome> {
    const session = this.writing;
    return session === null ? { kind: 'unknown' } : askForDecision(session, { shown, decision, limitMs });
  }

  /** Dead letters as they stand now. */
  deadLetters(): readonly DeadLetter[] {
    return [...(this.life?.running?.session.trouble.deadLetters() ?? [])];
  }

  /** Tries a dead letter at once, or gives it up as `deadLetters` showed it. Nothing is done while paused. */
  async askAboutLetter(shown: DeadLetter, wish: LetterWish, limitMs: number): Promise<LetterOutcome> {
    const session = this.writing;
    return session === null ? { kind: 'unknown' } : askAboutLetter(session, { shown, wish, limitMs });
  }

  /** The present life's, if it writes. */
  private get writing(): Session | null {
    const session = this.life?.running?.session;
    return session === undefined || this.paused || session.signal.aborted ? null : session;
  }

  /**
   * Tells true differences from changes on their way; at most a few hundred records. Waits until both links have come to
   * what is written now. Throws `not_running` while paused or before the start.
   */
  async examine(refs: readonly RecordRef[]): Promise<ReadonlyMap<RecordId, Verdict>> {
    return examine(this.working(), refs);
  }

  /** Ends differences as `examine` found them, a few hundred at most. Throws `not_running` as well. */
  async repair(
    differences: readonly Difference[],
    choice: RepairChoice,
  ): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
    const { advancer, session } = this.working();
    const unknown = new Map<RecordId, RepairOutcome>(differences.map(({ id }) => [id, { kind: 'unknown' }]));
    let end = (): void => {};
    const ended = new Promise<ReadonlyMap<RecordId, RepairOutcome>>((resolve) => {
      end = () => resolve(unknown);
    });
    session.signal.addEventListener('abort', end, { once: true });
    try {
      const work = advancer.perform(() => repair(session, differences, choice));
      // What fails ends the life.
      return await Promise.race([work.catch(() => ended), ended]);
    } finally {
      session.signal.removeEventListener('abort', end);
    }
  }

  private working(): Running {
    const running = this.life?.running;
    if (!running || this.paused || running.session.signal.aborted) throw new IsthmusError('not_running');
    return running;
  }

  status(): EngineStatus {
    const { life, paused, readTimes } = this;
    const now = this.parts.clock.now();
    this.known = statusOf({ life, paused, lastError: this.lastError, readTimes, now }, this.known);
    return this.known;
  }

  /**
   * Resolves true when both links have read everything that was committed before the call and nothing is left to write, but
   * for what waits for a person; false after `limitMs`.
   */
  async settled(limitMs: number): Promise<boolean> {
    const { clock } = this.parts;
    const until = clock.now() + limitMs;
    for (let calm = 0; clock.now() < until && !this.stopping; ) {
      const running = this.life?.running;
      const before = this.progressMark();
      if (running) for (const side of sides) await running.heartbeat.passed(side);
      else await clock.sleep(10);
      const { links, entities } = this.status();
      const moving =
        sides.some((side) => links[side].pending > 0 || links[side].heldMoving > 0) ||
        entities.some(({ load }) => load?.state === 'open');
      // A life that has ended, also meanwhile, tells nothing.
      const busy = moving || running?.advancer.idle !== true || running.session.signal.aborted;
      calm = busy || before !== this.progressMark() ? 0 : calm + 1;
      if (calm >= 2) return true;
      if (busy) await clock.sleep(10);
    }
    return false;
  }

  /** Changes whenever anything was written. */
  private progressMark(): number {
    return this.life?.running?.session.numbers.last ?? -1;
  }
}

/** A life that lasted so long was no failed attempt. */
const steadyMs = 3000;
