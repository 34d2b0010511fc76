/**
 * One lane: a connection that carries out commit requests, each in one transaction, again and again until it is committed
 * or refused for good. Must not know the protocol's rules beyond the port.
 */
import type { Connection } from 'mysql2/promise';
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import {
  type CommitOutcome,
  type CommitRequest,
  type Plan,
  type TargetRefusal,
  toBeRead,
} from '../../ports/side-store.js';
import {
  type Attempt,
  type LaneServer,
  PlanFailure,
  type Sent,
  untilCommitted,
  whatBecame,
} from '../../sql/lane-attempts.js';
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

interface Opened {
  readonly found: ReadonlyMap<RecordId, State>;
  /** The server's clock minus ours. */
  readonly aheadMs: number;
}

const server: LaneServer = { name: 'MariaDB', isConnectionLost, isContention, toIsthmusError };

export class Lane {
  constructor(private readonly options: LaneOptions) {}

  commit(request: CommitRequest): Promise<CommitOutcome> {
    const { context, owner, session } = this.options;
    const { clock, log } = context;
    const run = new CommitRun(this.options, request);
    const drop = (): void => session.drop();
    return untilCommitted({ attempt: () => run.attempt(), request, server, drop, lane: owner.lane, clock, log });
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

/** The attempts of one request, and what is known from one to the next. */
class CommitRun {
  /** What was last sent with a COMMIT whose answer may have been lost. */
  private sent: Sent | null = null;
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
      if (error instanceof RowTooLarge) return { kind: 'refused', refusal: tooLarge };
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
        if (meets !== null && rowCount !== meets) return { kind: 'missed', refusal: suppressed };
      }
      return null;
    } catch (error) {
      return this.failed(error, plan);
    }
  }

  private failed(error: unknown, plan: Plan): Attempt {
    if (isKeyTaken(error)) return { kind: 'missed', refusal: equalKey };
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

  private async lookUp(client: Connection): Promise<Attempt> {
    const { owner } = this.options;
    const row = (await submit(client, selectLane(owner))).rows[0];
    return whatBecame({ row, owner, request: this.request, sent: this.sent, server });
  }
}
