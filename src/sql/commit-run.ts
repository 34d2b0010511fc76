/**
 * The attempts of one commit request, each in a transaction, and what is known from one to the next: on any server where statements are
 * sent one after the other. Must not know a driver, nor a statement.
 */
import type { Clock } from '../base/clock.js';
import { type RecordId, type RecordRef, recordId, type State } from '../model/record.js';
import { type CommitRequest, type Plan, type TargetRefusal, toBeRead } from '../ports/side-store.js';
import { type Attempt, type LaneServer, PlanFailure, type Sent, whatBecame } from './lane-attempts.js';

/** `meets`: how many rows it must meet; fewer have come or gone since they were read. Null: it does not matter. */
export interface CountedStatement<S> {
  readonly statement: S;
  readonly meets: number | null;
}

export type BuiltStatements<S> =
  | { readonly kind: 'statements'; readonly statements: readonly CountedStatement<S>[] }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

/** A connection on which one transaction goes after the other. */
export interface LaneConnection<S> {
  /** Begins, and advances the lane's progress row; how many rows that met. */
  begin(request: CommitRequest): Promise<number>;
  /** The server's clock of this moment, milliseconds since 1970. */
  clockMs(): Promise<number>;
  /** Under row locks; those that are absent are left out. */
  read(refs: readonly RecordRef[], into: Map<RecordId, State>): Promise<void>;
  /** How many rows it met. */
  run(statement: S): Promise<number>;
  commit(): Promise<void>;
  /** Has the server check everything, and rolls back. */
  rehearse(): Promise<void>;
  rollBack(): Promise<void>;
  /** Epoch and number of the lane's stored row. */
  progressRow(): Promise<readonly (string | null)[] | undefined>;
}

/** What the server's errors mean to a transaction. */
export interface LaneErrors {
  /** The request itself is more than can be sent. */
  unfit(error: unknown): TargetRefusal | null;
  /** Another row has a key that was to be inserted; what that is in the end, if it stays so. */
  keyTaken(error: unknown): Promise<TargetRefusal | null>;
  /** The same write will be refused again. */
  refusalOf(error: unknown): TargetRefusal | null;
}

export interface CommitRunOptions<S> {
  /** The present connection, a new one if the last one broke. */
  readonly connect: () => Promise<LaneConnection<S>>;
  /** It answers no more. */
  readonly drop: () => void;
  readonly request: CommitRequest;
  readonly build: (plan: Plan, ordered: boolean) => BuiltStatements<S>;
  readonly errors: LaneErrors;
  readonly server: LaneServer;
  readonly owner: { readonly lane: number; readonly epoch: number };
  readonly clock: Clock;
}

interface Opened {
  readonly found: ReadonlyMap<RecordId, State>;
  /** The server's clock minus ours. */
  readonly aheadMs: number;
}

const suppressed: TargetRefusal = {
  code: 'suppressed',
  reason: 'the server accepts the write and changes no row',
};

export class CommitRun<S> {
  /** What was last sent with a COMMIT whose answer may have been lost. */
  private sent: Sent | null = null;
  private ordered = false;
  private first = true;

  constructor(private readonly options: CommitRunOptions<S>) {}

  async attempt(): Promise<Attempt> {
    const connection = await this.options.connect();
    try {
      return await this.inTransaction(connection);
    } catch (error) {
      // A lock that was waited for too long ends its statement only.
      await this.rollBack(connection);
      const refusal = this.options.errors.unfit(error);
      if (refusal !== null) return { kind: 'refused', refusal };
      throw error;
    }
  }

  private async inTransaction(connection: LaneConnection<S>): Promise<Attempt> {
    const { request, clock } = this.options;
    const opened = await this.open(connection, this.first ? toBeRead(request) : request.read);
    this.first = false;
    if (opened === 'missed') return this.lookUp(connection);
    const plan = this.plan(opened.found);
    if (plan === null) {
      await this.rollBack(connection);
      return { kind: 'committed', plan: null, committedAt: clock.now() + opened.aheadMs };
    }
    return this.write(connection, plan, opened.aheadMs);
  }

  /** The transaction, its number, the records under their locks. */
  private async open(connection: LaneConnection<S>, read: readonly RecordRef[]): Promise<Opened | 'missed'> {
    const { request, clock } = this.options;
    if ((await connection.begin(request)) !== 1) {
      await this.rollBack(connection);
      return 'missed';
    }
    const aheadMs = (await connection.clockMs()) - clock.now();
    const found = new Map<RecordId, State>();
    for (const ref of request.read) found.set(recordId(ref), null);
    await connection.read(read, found);
    return { found, aheadMs };
  }

  private plan(found: ReadonlyMap<RecordId, State>): Plan | null {
    try {
      return this.options.request.plan(found);
    } catch (error) {
      throw new PlanFailure('the plan threw', { cause: error });
    }
  }

  /** Everything that is written, each statement counted, and COMMIT. */
  private async write(connection: LaneConnection<S>, plan: Plan, aheadMs: number): Promise<Attempt> {
    const built = this.options.build(plan, this.ordered || plan.ordered === true);
    if (built.kind === 'refused') {
      await this.rollBack(connection);
      return built;
    }
    try {
      if (!(await this.carryOut(connection, built.statements))) {
        await this.rollBack(connection);
        return { kind: 'missed', refusal: suppressed };
      }
      return await this.end(connection, plan, aheadMs);
    } catch (error) {
      const attempt = await this.failed(error, plan);
      await this.rollBack(connection);
      return attempt;
    }
  }

  /** Whether all is written. */
  private async carryOut(connection: LaneConnection<S>, statements: readonly CountedStatement<S>[]): Promise<boolean> {
    for (const { statement, meets } of statements) {
      const rows = await connection.run(statement);
      if (meets !== null && rows !== meets) return false;
    }
    return true;
  }

  private async end(connection: LaneConnection<S>, plan: Plan, aheadMs: number): Promise<Attempt> {
    const committedAt = this.options.clock.now() + aheadMs;
    if (this.options.request.rehearse === true) {
      await connection.rehearse();
    } else {
      this.sent = { plan, committedAt };
      await connection.commit();
    }
    return { kind: 'committed', plan, committedAt };
  }

  /** Throws what is no refusal. */
  private async failed(error: unknown, plan: Plan): Promise<Attempt> {
    const { errors } = this.options;
    const taken = await errors.keyTaken(error);
    if (taken !== null) return { kind: 'missed', refusal: taken };
    const refusal = errors.refusalOf(error);
    if (refusal === null) throw error;
    if (dependsOnOrder(refusal) && !this.ordered && plan.ordered !== true && plan.writes.length > 1) {
      this.ordered = true;
      return { kind: 'again' };
    }
    return { kind: 'refused', refusal };
  }

  /** What a session that has gone left open the server rolls back by itself. */
  private async rollBack(connection: LaneConnection<S>): Promise<void> {
    try {
      await connection.rollBack();
    } catch {
      this.options.drop();
    }
  }

  private async lookUp(connection: LaneConnection<S>): Promise<Attempt> {
    const { owner, request, server } = this.options;
    const row = await connection.progressRow();
    return whatBecame({ row, owner, request, sent: this.sent, server });
  }
}

/** Whether another order of the same writes might be accepted. */
function dependsOnOrder(refusal: TargetRefusal): boolean {
  return refusal.code === 'unique_violation' || refusal.code === 'foreign_key_violation';
}
