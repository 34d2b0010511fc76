/**
 * One lane: a connection that carries out commit requests, each in one transaction, again and again until it is committed
 * or refused for good. Must not know the protocol's rules beyond the port.
 */
import type { CommitOutcome, CommitRequest, TargetRefusal } from '../../ports/side-store.js';
import { CommitRun, type LaneConnection, type LaneErrors } from '../../sql/commit-run.js';
import { type LaneServer, untilCommitted } from '../../sql/lane-attempts.js';
import type { OracleContext } from '../context.js';
import type { KeyNames } from '../key-names.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { type Client, type Session, submit } from '../session.js';
import { bound, type Statement } from '../statement.js';
import type { EntitySql } from './entity-sql.js';
import { planStatements } from './plan-statements.js';
import { advanceProgress, clockMsOf, type LaneOwner, selectClock, selectLane } from './progress-statements.js';
import { collectStates, readGroups } from './read-statements.js';
import { refusalOf, violatedKey } from './refusal-of-error.js';

export interface LaneOptions {
  readonly context: OracleContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly session: Session;
  readonly owner: LaneOwner;
}

const server: LaneServer = { name: 'Oracle', isConnectionLost, isContention, toIsthmusError };

const equalKey: TargetRefusal = {
  code: 'unique_violation',
  reason: 'another row has the same key, and is not found by it',
};

const commit = bound('commit write immediate wait');
const rollback = bound('rollback');
const checkAll = bound('set constraints all immediate');

export class Lane {
  constructor(private readonly options: LaneOptions) {}

  commit(request: CommitRequest): Promise<CommitOutcome> {
    const { context, entities, owner, session } = this.options;
    const { clock, log } = context;
    const drop = (): void => session.drop();
    const run = new CommitRun({
      connect: async () => this.connection(await session.client()),
      drop,
      request,
      build: (plan, ordered) => planStatements({ context, entities, owner, request, plan, ordered }),
      errors: errorsOf(context.keyNames),
      server,
      owner,
      clock,
    });
    return untilCommitted({ attempt: () => run.attempt(), request, server, drop, lane: owner.lane, clock, log });
  }

  /** A transaction begins with its first statement. */
  private connection(client: Client): LaneConnection<Statement> {
    const { entities, owner } = this.options;
    const send = async (statement: Statement): Promise<void> => void (await submit(client, statement));
    return {
      begin: async (request) => (await submit(client, advanceProgress(owner, request))).rowCount,
      clockMs: async () => clockMsOf((await submit(client, selectClock)).rows),
      read: async (refs, into) => {
        for (const group of readGroups(entities, refs, { locked: true, raw: false }))
          collectStates(group, await submit(client, group.statement), into);
      },
      run: async (statement) => (await submit(client, statement)).rowCount,
      commit: () => send(commit),
      rehearse: async () => {
        await send(checkAll);
        await send(rollback);
      },
      rollBack: () => send(rollback),
      progressRow: async () => (await submit(client, selectLane(owner))).rows[0],
    };
  }
}

function errorsOf(keyNames: KeyNames): LaneErrors {
  return {
    // Values are sent as they are, whatever their length.
    unfit: () => null,
    keyTaken: async (error) => {
      const name = violatedKey(error);
      return name !== null && (await keyNames.has(name)) ? equalKey : null;
    },
    refusalOf,
  };
}
