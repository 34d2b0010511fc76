/**
 * One lane: a connection that carries out commit requests, each in one transaction, again and again until it is committed
 * or refused for good. Must not know the protocol's rules beyond the port.
 */
import type { Connection } from 'mysql2/promise';
import type { CommitOutcome, CommitRequest, TargetRefusal } from '../../ports/side-store.js';
import { CommitRun, type LaneConnection, type LaneErrors } from '../../sql/commit-run.js';
import { type LaneServer, untilCommitted } from '../../sql/lane-attempts.js';
import type { MysqlContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { type Session, submit } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { RowTooLarge } from './given-rows.js';
import { planStatements, tooLarge } from './plan-statements.js';
import { advanceProgress, clockMs, type LaneOwner, selectLane } from './progress-statements.js';
import { collectStates, readGroups } from './read-statements.js';
import { isKeyTaken, refusalOf } from './refusal-of-error.js';

export interface LaneOptions {
  readonly context: MysqlContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly session: Session;
  readonly owner: LaneOwner;
}

const server: LaneServer = { name: 'MariaDB', isConnectionLost, isContention, toIsthmusError };

const equalKey: TargetRefusal = {
  code: 'unique_violation',
  reason: 'another row’s key is the same to the table’s collation (its case, accents or spaces at the end differ)',
};

const errors: LaneErrors = {
  unfit: (error) => (error instanceof RowTooLarge ? tooLarge : null),
  keyTaken: (error) => Promise.resolve(isKeyTaken(error) ? equalKey : null),
  refusalOf,
};

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
      build: (plan, ordered) => planStatements({ context, entities, owner, plan, ordered }),
      errors,
      server,
      owner,
      clock,
    });
    return untilCommitted({ attempt: () => run.attempt(), request, server, drop, lane: owner.lane, clock, log });
  }

  private connection(client: Connection): LaneConnection<string> {
    const { context, entities, owner } = this.options;
    const send = async (text: string): Promise<void> => void (await submit(client, text));
    return {
      begin: async (request) => {
        await send('start transaction');
        return (await submit(client, advanceProgress(owner, request))).rowCount;
      },
      clockMs: async () => Number((await submit(client, clockMs)).rows[0]?.[0]),
      read: async (refs, into) => {
        const shape = { locked: true, raw: false, packetBytes: context.packetBytes };
        for (const group of readGroups(entities, refs, shape))
          collectStates(group, await submit(client, group.statement), into);
      },
      run: async (statement) => (await submit(client, statement)).rowCount,
      commit: () => send('commit'),
      // There are no constraints that are checked later.
      rehearse: () => send('rollback'),
      rollBack: () => send('rollback'),
      progressRow: async () => (await submit(client, selectLane(owner))).rows[0],
    };
  }
}
