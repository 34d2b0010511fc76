/**
 * One lane: a connection that carries out commit requests, each in one transaction of two round trips, again and again
 * until it is committed or refused for good. Must not know the protocol's rules beyond the port.
 */
import type pg from 'pg';
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
import {
  type Attempt,
  type LaneServer,
  PlanFailure,
  type Sent,
  untilCommitted,
  whatBecame,
} from '../../sql/lane-attempts.js';
import type { PostgresContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { type Statement, submit, type TextResult } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import type { LaneSession } from './lane-session.js';
import { planStatements } from './plan-statements.js';
import { advanceProgress, type LaneOwner, selectLane } from './progress-statements.js';
import { collectStates, readGroups } from './read-statements.js';
import { dependsOnOrder, isMissed, refusalOf } from './refusal-of-error.js';

export interface LaneOptions {
  readonly context: PostgresContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly session: LaneSession;
  readonly owner: LaneOwner;
}

interface Opened {
  readonly found: ReadonlyMap<RecordId, State>;
  /** The server's clock minus ours. */
  readonly aheadMs: number;
}

const server: LaneServer = { name: 'PostgreSQL', isConnectionLost, isContention, toIsthmusError };

export class Lane {
  constructor(private readonly options: LaneOptions) {}

  commit(request: CommitRequest): Promise<CommitOutcome> {
    const { context, owner, session } = this.options;
    const { clock, log } = context;
    const run = new CommitRun(this.options, request);
    const drop = (): void => session.session.drop();
    return untilCommitted({ attempt: () => run.attempt(), request, server, drop, lane: owner.lane, clock, log });
  }
}

const suppressed: TargetRefusal = {
  code: 'suppressed',
  reason: 'the server accepts the write and changes no row: a trigger or row-level security swallows it',
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
    const client = await this.options.session.session.client();
    const opened = await this.open(client, this.first ? toBeRead(this.request) : this.request.read);
    this.first = false;
    if (opened === 'missed') return this.lookUp(client);
    const plan = await this.plan(client, opened.found);
    if (plan === null) {
      await submit(client, { text: 'rollback' });
      return { kind: 'committed', plan: null, committedAt: this.options.context.clock.now() + opened.aheadMs };
    }
    return this.write(client, plan, opened.aheadMs);
  }

  /** First round trip: the transaction, its number, the records under their locks. */
  private async open(client: pg.Client, read: readonly RecordRef[]): Promise<Opened | 'missed'> {
    const groups = readGroups(this.options.entities, read, { locked: true, raw: false });
    const advance = advanceProgress(this.options.owner, this.request, this.options.session.tagged());
    const statements = [
      { text: 'begin isolation level read committed' },
      advance,
      ...groups.map((group) => group.statement),
    ];
    const { results, error } = await sendAll(client, statements);
    if (error !== null) {
      if (!isConnectionLost(error)) await submit(client, { text: 'rollback' });
      if (isMissed(error)) return 'missed';
      throw error;
    }
    const found = new Map<RecordId, State>();
    for (const ref of this.request.read) found.set(recordId(ref), null);
    for (const [index, group] of groups.entries()) collectStates(group, results[index + 2] as TextResult, found);
    return { found, aheadMs: Number(results[1]?.rows[0]?.[1]) - this.options.context.clock.now() };
  }

  private async plan(client: pg.Client, found: ReadonlyMap<RecordId, State>): Promise<Plan | null> {
    try {
      return this.request.plan(found);
    } catch (error) {
      await submit(client, { text: 'rollback' });
      throw new PlanFailure('the plan threw', { cause: error });
    }
  }

  /** Second round trip: everything that is written, and COMMIT. */
  private async write(client: pg.Client, plan: Plan, aheadMs: number): Promise<Attempt> {
    const { context, entities, owner } = this.options;
    const built = planStatements({ context, entities, owner, plan, ordered: this.ordered || plan.ordered === true });
    if (built.kind === 'refused') {
      await submit(client, { text: 'rollback' });
      return built;
    }
    const ends =
      this.request.rehearse === true
        ? [{ text: 'set constraints all immediate' }, { text: 'rollback' }]
        : [{ text: 'commit' }];
    const committedAt = context.clock.now() + aheadMs;
    if (this.request.rehearse !== true) this.sent = { plan, committedAt };
    const { results, error } = await sendAll(client, [...built.statements, ...ends]);
    if (error !== null) return this.failed(error, plan);
    const last = (results[results.length - 1] as TextResult).command;
    // A COMMIT in a transaction that failed succeeds as a ROLLBACK.
    if (last !== (this.request.rehearse === true ? 'ROLLBACK' : 'COMMIT'))
      throw new IsthmusError('invariant_broken', { message: `A transaction ended with ${last}.` });
    return { kind: 'committed', plan, committedAt };
  }

  /** The COMMIT or ROLLBACK behind the statement that failed has ended the transaction. */
  private failed(error: unknown, plan: Plan): Attempt {
    if (isMissed(error)) return { kind: 'missed', refusal: suppressed };
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    if (dependsOnOrder(refusal) && !this.ordered && plan.ordered !== true && plan.writes.length > 1) {
      this.ordered = true;
      return { kind: 'again' };
    }
    return { kind: 'refused', refusal };
  }

  private async lookUp(client: pg.Client): Promise<Attempt> {
    const { owner } = this.options;
    const row = (await submit(client, selectLane(owner))).rows[0];
    return whatBecame({ row, owner, request: this.request, sent: this.sent, server });
  }
}

/** Sends all statements at once; the first error is the one that counts, those behind it only say that it happened. */
async function sendAll(
  client: pg.Client,
  statements: readonly Statement[],
): Promise<{ results: readonly TextResult[]; error: unknown }> {
  const settled = await Promise.allSettled(statements.map((statement) => submit(client, statement)));
  const rejected = settled.find((each) => each.status === 'rejected');
  const results = settled.map((each) =>
    each.status === 'fulfilled' ? each.value : { rows: [], rowCount: 0, command: '', fields: [] },
  );
  return { results, error: rejected === undefined ? null : (rejected.reason as unknown) };
}
