/**
 * One lane: a connection that carries out commit requests, each in one transaction, again and again until it is committed
 * or refused for good. Must not know the protocol's rules beyond the port.
 */
import type { Connection } from 'mysql2/promise';
import { IsthmusError } from '../../base/errors.js';
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import {
  type CommitOutcome,
  type CommitRequest,
  type Plan,
  type TargetRefusal,
  toBeRead,
} from '../../ports/side-store.js';
import type { MysqlContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { type Session, submit } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { RowTooLarge } from './given-rows.js';
import { planStatements, tooLarge } from './plan-statements.js';
import { advanceProgress, clockMs, type LaneOwner, selectLane } from './progress-statements.js';
import { collectStates, readGroups } from './read-statements.js';
import { dependsOnOrder, isKeyTaken, refusalOf } from './refusal-of-error.js';
import type { WriteStatement } from './write-statements.js';

export interface LaneOptions {
  readonly context: MysqlContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly session: Session;
  readonly owner: LaneOwner;
}

type Attempt =
  | CommitOutcome
  /** Rows came or went between reading and writing, or a row stands there whose key is equal to the server alone. */
  | { readonly kind: 'missed'; readonly keyTaken: boolean }
  /** Nothing was written; the next attempt keeps the order of the plan's writes. */
  | { readonly kind: 'again' };

interface Opened {
  readonly found: ReadonlyMap<RecordId, State>;
  /** The server's clock minus ours. */
  readonly aheadMs: number;
}

const missedLimit = 3;
const contendedLimitMs = 60_000;
const unreachableLimitMs = 30_000;
const firstPauseMs = 5;
const longestPauseMs = 1_000;

export class Lane {
  constructor(private readonly options: LaneOptions) {}

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    const { clock } = this.options.context;
    const startedAt = clock.now();
    const run = new CommitRun(this.options, request);
    let missed = 0;
    for (let tries = 0; ; tries++) {
      try {
        const attempt = await run.attempt();
        if (attempt.kind === 'committed' || attempt.kind === 'refused') return attempt;
        if (attempt.kind === 'missed' && ++missed >= missedLimit)
          return { kind: 'refused', refusal: attempt.keyTaken ? equalKey : suppressed };
        request.retried?.();
      } catch (error) {
        if (error instanceof PlanFailure) throw error.cause;
        if (error instanceof RowTooLarge) return { kind: 'refused', refusal: tooLarge };
        const lost = isConnectionLost(error);
        if (lost) this.options.session.drop();
        if (!lost && !isContention(error)) throw toIsthmusError(error, 'writing to MariaDB');
        if (clock.now() - startedAt > (lost ? unreachableLimitMs : contendedLimitMs))
          throw toIsthmusError(error, 'writing to MariaDB');
        request.retried?.();
        this.options.context.log.debug({ lane: this.options.owner.lane, tries, lost }, 'a write is tried again');
        const pauseMs = Math.min(firstPauseMs * 2 ** tries, longestPauseMs);
        await clock.sleep(pauseMs * (0.5 + Math.random() / 2));
      }
    }
  }
}

const suppressed: TargetRefusal = {
  code: 'suppressed',
  reason: 'the server accepts the write and changes no row',
};

const equalKey: TargetRefusal = {
  code: 'unique_violation',
  reason: 'another row’s key is the same to the table’s collation (its case, accents or spaces at the end differ)',
};

/** Not the server's: another attempt would throw again. */
class PlanFailure extends Error {}

/** The attempts of one request, and what is known from one to the next. */
class CommitRun {
  /** What was last sent with a COMMIT whose answer may have been lost. */
  private sent: { readonly plan: Plan; readonly committedAt: number } | null = null;
  private ordered = false;
  private first = true;

  constructor(
    private readonly options: LaneOptions,
    private readonly request: CommitRequest,
  ) {}

  async attempt(): Promise<Attempt> {
    const client = await this.options.session.client();
    try {
      return await this.inTransaction(client);
    } catch (error) {
      // A lock that was waited for too long ends its statement only.
      await this.rollBack(client);
      throw error;
    }
  }

  private async inTransaction(client: Connection): Promise<Attempt> {
    const opened = await this.open(client, this.first ? toBeRead(this.request) : this.request.read);
    this.first = false;
    if (opened === 'missed') return this.lookUp(client);
    const plan = this.plan(opened.found);
    if (plan === null) {
      await this.rollBack(client);
      return { kind: 'committed', plan: null, committedAt: this.options.context.clock.now() + opened.aheadMs };
    }
    return this.write(client, plan, opened.aheadMs);
  }

  /** The transaction, its number, the records under their locks. */
  private async open(client: Connection, read: readonly RecordRef[]): Promise<Opened | 'missed'> {
    const { context, entities, owner } = this.options;
    const shape = { locked: true, raw: false, packetBytes: context.packetBytes };
    const groups = readGroups(entities, read, shape);
    await submit(client, 'start transaction');
    const advanced = await submit(client, advanceProgress(owner, this.request));
    if (advanced.rowCount !== 1) {
      await this.rollBack(client);
      return 'missed';
    }
    const clock = Number((await submit(client, clockMs)).rows[0]?.[0]);
    const aheadMs = clock - context.clock.now();
    const found = new Map<RecordId, State>();
    for (const ref of this.request.read) found.set(recordId(ref), null);
    for (const group of groups) collectStates(group, await submit(client, group.statement), found);
    return { found, aheadMs };
  }

  private plan(found: ReadonlyMap<RecordId, State>): Plan | null {
    try {
      return this.request.plan(found);
    } catch (error) {
      throw new PlanFailure('the plan threw', { cause: error });
    }
  }

  /** Everything that is written, each statement counted, and COMMIT. */
  private async write(client: Connection, plan: Plan, aheadMs: number): Promise<Attempt> {
    const { context, entities, owner } = this.options;
    const built = planStatements({ context, entities, owner, plan, ordered: this.ordered || plan.ordered === true });
    const stopped = built.kind === 'refused' ? built : await this.carryOut(client, built.statements, plan);
    if (stopped !== null) {
      await this.rollBack(client);
      return stopped;
    }
    const committedAt = context.clock.now() + aheadMs;
    if (this.request.rehearse !== true) this.sent = { plan, committedAt };
    await submit(client, this.request.rehearse === true ? 'rollback' : 'commit');
    return { kind: 'committed', plan, committedAt };
  }

  /** Null: all is written. */
  private async carryOut(
    client: Connection,
    statements: readonly WriteStatement[],
    plan: Plan,
  ): Promise<Attempt | null> {
    try {
      for (const { text, meets } of statements) {
        const { rowCount } = await submit(client, text);
        if (meets !== null && rowCount !== meets) return { kind: 'missed', keyTaken: false };
      }
      return null;
    } catch (error) {
      return this.failed(error, plan);
    }
  }

  private failed(error: unknown, plan: Plan): Attempt {
    if (isKeyTaken(error)) return { kind: 'missed', keyTaken: true };
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    if (dependsOnOrder(refusal) && !this.ordered && plan.ordered !== true && plan.writes.length > 1) {
      this.ordered = true;
      return { kind: 'again' };
    }
    return { kind: 'refused', refusal };
  }

  /** What a session that has gone left open the server rolls back by itself. */
  private async rollBack(client: Connection): Promise<void> {
    try {
      await submit(client, 'rollback');
    } catch {
      this.options.session.drop();
    }
  }

  /** The stored number is not the one before ours: it is ours already, or somebody else's. */
  private async lookUp(client: Connection): Promise<Attempt> {
    const row = (await submit(client, selectLane(this.options.owner))).rows[0];
    const { lane, epoch } = this.options.owner;
    if (row === undefined)
      throw new IsthmusError('metadata_invalid', { message: `isthmus.progress has no row of lane ${lane}.` });
    if (Number(row[0]) !== epoch) throw new IsthmusError('fenced');
    if (Number(row[1]) === this.request.number && this.sent !== null) return { kind: 'committed', ...this.sent };
    throw new IsthmusError('invariant_broken', {
      message: `Lane ${lane} stands at number ${row[1]} in MariaDB, not at ${this.request.previous}.`,
    });
  }
}
