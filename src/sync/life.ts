/**
 * One life of the engine: recovers, starts both links, the advancer and the loads, and runs until it is stopped or fails.
 * The order of the start is the protocol's; nothing here decides anything about records.
 */

import { setMaxListeners } from 'node:events';
import { IsthmusError } from '../base/errors.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { ClaimedCourse } from '../ports/course-store.js';
import { Advancer } from './advancer.js';
import { beginLoads, openLoads } from './begin-loads.js';
import { Decisions } from './decisions.js';
import { finishDiscards } from './discard.js';
import { EchoGate } from './echo-gate.js';
import { Following } from './following.js';
import { Heartbeat } from './heartbeat.js';
import type { LaneWriter } from './lane-writer.js';
import { storePositions } from './last-words.js';
import { LetterRequests } from './letter-requests.js';
import { Link } from './link.js';
import { Loader } from './loader.js';
import { RecordLocks } from './locks.js';
import { makeLanes } from './make-lanes.js';
import { payOwed } from './pay-owed.js';
import { ReadProgress } from './read-progress.js';
import type { ReadTimes } from './read-times.js';
import { beginPosition, findAwaiting, type Recovered, type Reign, recoverHeld, takeOverBoth } from './recover.js';
import { type EngineParts, type LinkMemory, Numbers, type Session } from './session.js';
import { finishSettlements } from './settle-sql.js';
import { Silent } from './silent.js';
import { stopEntity } from './stop-entity.js';
import { TableLoads } from './table-loads.js';
import { Trouble } from './trouble.js';
import { Watches } from './watches.js';

export class Life {
  private readonly abort = new AbortController();
  private readonly tasks: Promise<void>[] = [];
  /** Rejects or resolves when this life ends. */
  readonly ended: Promise<void>;
  private end: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  private built: Running | null = null;
  /** `start` is done. */
  private ready = false;
  private paused = false;
  private course: Following | null = null;

  constructor(
    private readonly parts: EngineParts,
    private readonly reign: Reign,
    private readonly readTimes: ReadTimes,
  ) {
    let end = { resolve: (): void => {}, reject: (_: unknown): void => {} };
    this.ended = new Promise((resolve, reject) => {
      end = { resolve, reject };
    });
    this.ended.catch(() => {});
    this.end = end;
    // Each task and each table's load listens for the end.
    setMaxListeners(0, this.abort.signal);
  }

  /** Resolves once both links read. */
  async start(): Promise<void> {
    try {
      const recovered = await takeOverBoth(this.parts, this.reign);
      let claimed = await this.parts.courses.claim(this.epoch);
      const progress = claimed.direction === 'none' ? null : await this.positions(recovered);
      // Where others turn: who begins only now has not read what stands behind its beginning, and a turn may be told of there.
      if (progress !== null && claimed.number !== undefined && isFirst(recovered))
        claimed = await this.parts.courses.claim(this.epoch);
      this.course = this.follow(claimed);
      if (progress === null || claimed.direction === 'none') return;
      this.built = await this.build(recovered, this.course, progress);
      if (this.paused) this.pause();
      const { session, links, advancer, tableLoads, heartbeat } = this.built;
      await finishSettlements(session, this.built.recovered.work.propagating);
      await finishDiscards(session, this.built.recovered.work.discards);
      for (const side of sides) {
        this.run(links[side].run());
        for (const id of session.links[side].held.ids()) advancer.nudge(id);
      }
      for (const id of session.trouble.ids()) advancer.nudge(id);
      this.run(advancer.run(session));
      this.run(heartbeat.run());
      tableLoads.start();
      this.ready = true;
      for (const side of this.course.owing) this.payOwed(side);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private follow(claimed: ClaimedCourse): Following {
    const { keepsPassive, disabledRules } = this.parts.options;
    return new Following(claimed, {
      keeps: keepsPassive,
      forgets: disabledRules.has('owed'),
      late: disabledRules.has('early'),
      deaf: disabledRules.has('lead-mark'),
    });
  }

  private async build(
    recovered: Recovered,
    following: Following,
    progress: Readonly<Record<Side, ReadProgress>>,
  ): Promise<Running> {
    const { parts } = this;
    const id = parts.newId();
    const awaiting = {
      sql: await findAwaiting(parts, 'sql', {
        progress: progress.sql,
        numbers: recovered.links.mongodb.numbers,
        session: id,
      }),
      mongodb: await findAwaiting(parts, 'mongodb', {
        progress: progress.mongodb,
        numbers: recovered.links.sql.numbers,
        session: id,
      }),
    };
    const numbers = new Numbers(Math.max(recovered.number, 1));
    const lanes = {
      sql: makeLanes(parts, 'sql', { recovered, numbers }),
      mongodb: makeLanes(parts, 'mongodb', { recovered, numbers }),
    };
    const memory = (source: Side): LinkMemory => ({
      source,
      awaiting: awaiting[source],
      held: recoverHeld(recovered.links[source], awaiting[source]),
      loads: openLoads(parts, source, recovered),
    });
    const advancer = new Advancer(parts.clock, parts.options.disabledRules.has('timer'));
    const session: Session = {
      parts,
      id,
      epoch: this.epoch,
      following,
      links: { sql: memory('sql'), mongodb: memory('mongodb') },
      settleLanes: { mongodb: lanes.sql.at(-1) as LaneWriter, sql: lanes.mongodb.at(-1) as LaneWriter },
      locks: new RecordLocks(parts.options.disabledRules.has('lock')),
      numbers,
      silent: new Silent(advancer.nudge),
      watches: new Watches(),
      trouble: new Trouble(recovered.work),
      decisions: new Decisions(parts.options.disabledRules.has('shown')),
      letterRequests: new LetterRequests(this.abort.signal),
      echoGate: new EchoGate(parts.options.awaitingMost),
      stopped: new Map(recovered.work.stops.map(({ entity, reason }) => [entity, reason])),
      gains: () => advancer.gains,
      linksGoOn: () => {
        for (const side of sides) links[side].goOn();
      },
      nudge: advancer.nudge,
      fail: (error) => this.fail(error),
      signal: this.abort.signal,
    };
    const heartbeat: Heartbeat = new Heartbeat(session, () => links, this.readTimes);
    const link = (source: Side): Link =>
      new Link({
        session,
        memory: session.links[source],
        progress: progress[source],
        lanes: lanes[source].slice(0, -1),
        onMark: (mark) => {
          session.silent.markRead(mark);
          session.following.markPassed(mark);
          heartbeat.markRead(mark);
        },
        onEchoes: () => links[otherSide(source)].goOn(),
        onStop: ({ entity, reason }) => stopEntity(session, advancer, { source, entity, reason }),
      });
    const links = { sql: link('sql'), mongodb: link('mongodb') };
    const passed = (side: Side): Promise<void> => heartbeat.passed(side);
    const loaders = {
      sql: new Loader(session, session.links.sql, links.sql, passed),
      mongodb: new Loader(session, session.links.mongodb, links.mongodb, passed),
    };
    const tableLoads = new TableLoads({
      session,
      advancer,
      loaders,
      known: recovered.work.loads,
      run: (task) => this.run(task),
    });
    return { session, links, advancer, tableLoads, heartbeat, recovered };
  }

  private async positions(recovered: Recovered): Promise<Record<Side, ReadProgress>> {
    const { parts } = this;
    // Loads are listed before any position is stored, so that a crash between the two begins both anew.
    for (const entity of parts.entities.values()) await beginLoads(parts, entity, recovered);
    const start = async (side: Side): Promise<ReadProgress> =>
      new ReadProgress(recovered.links[side].progress ?? (await beginPosition(parts, side)));
    return { sql: await start('sql'), mongodb: await start('mongodb') };
  }

  /** Begins to load an entity (again); clears its stop. Throws `not_running` where that would come to nothing. */
  async load(entity: string, from: Side): Promise<void> {
    if (!this.built || !this.ready || this.abort.signal.aborted)
      throw new IsthmusError('not_running', {
        message: 'The sync is starting or stands still: nothing can be loaded now.',
      });
    await this.built.tableLoads.begin(entity, from);
  }

  /** What a side that leads no more still owes is followed, as far as it stands in its log by now. */
  payOwed(side: Side): void {
    if (this.built) this.run(payOwed(this.built.session, this.built.links[side].saving, side));
  }

  private run(task: Promise<void>): void {
    this.tasks.push(task.catch((error: unknown) => this.fail(error)));
  }

  fail(error: unknown): void {
    if (this.abort.signal.aborted) return;
    this.abort.abort();
    this.built?.session.decisions.close();
    this.end.reject(error);
  }

  /** Ends it as if it had run its time: whoever started it stops it. */
  leave(): void {
    this.abort.abort();
    this.built?.session.decisions.close();
    this.end.resolve();
  }

  /** Before a stop that nothing has caused. */
  async beforeStop(): Promise<void> {
    if (this.built && this.ready && !this.abort.signal.aborted) await storePositions(this.built, this.parts.clock);
  }

  /** Lets nothing new begin, waits for what is under way, and lets go of the logs. */
  async stop(): Promise<void> {
    this.abort.abort();
    if (this.built) for (const side of sides) await this.built.links[side].close();
    await Promise.all(this.tasks);
    this.built?.session.decisions.close();
    this.end.resolve();
  }

  pause(): void {
    this.each('pause');
  }

  resume(): void {
    this.each('resume');
  }

  private each(what: 'pause' | 'resume'): void {
    this.paused = what === 'pause';
    if (!this.built) return;
    this.built.advancer[what]();
    this.built.tableLoads[what]();
    for (const side of sides) this.built.links[side][what]();
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** The number that this life took over under. */
  get epoch(): number {
    return this.reign.epoch ?? 0;
  }

  /** Which way changes cross; null before it is known. With `none` nothing runs. */
  get following(): Following | null {
    return this.course;
  }

  /** What there is to be seen while it runs; null before `start` is done. */
  get running(): Running | null {
    return this.built;
  }
}

function isFirst({ links }: Recovered): boolean {
  return sides.some((side) => links[side].progress === null);
}

export interface Running {
  readonly session: Session;
  readonly links: Readonly<Record<Side, Link>>;
  readonly advancer: Advancer;
  readonly tableLoads: TableLoads;
  readonly heartbeat: Heartbeat;
  readonly recovered: Recovered;
}
