/** The connection of a lane: its limits, whether triggers fire, and the origin that tags what it writes for other subscribers. */
import type pg from 'pg';
import type { PostgresContext } from '../context.js';
import { asServerError, isConnectionLost } from '../server-error.js';
import { Session } from '../session.js';

/** `replica`: users' triggers and foreign keys are not run for what we write, where the role may set that. */
export type Triggers = 'replica' | 'origin';

const limits = {
  // A process that was stopped in the middle of a transaction must not stall the users of its rows.
  idle_in_transaction_session_timeout: '10s',
  lock_timeout: '5s',
  statement_timeout: '60s',
  client_min_messages: 'error',
};

export interface LaneSession {
  readonly session: Session;
  /** Whether the current connection tags what it writes. */
  tagged(): boolean;
}

export function laneSession(context: PostgresContext, lane: number, triggers: Triggers): LaneSession {
  let tagged = false;
  const session = new Session({
    url: context.url,
    applicationName: context.names.application,
    settings: limits,
    pids: context.pids,
    prepare: async (client) => {
      if (triggers === 'replica') await tryTo(client, context, 'set session_replication_role to replica');
      tagged = context.tags && (await tagWrites(client, context, context.names.origin(lane)));
    },
  });
  return { session, tagged: () => tagged };
}

/** The origin only tags; nothing relies on it, so a role without the right goes on without. */
async function tagWrites(client: pg.Client, context: PostgresContext, origin: string): Promise<boolean> {
  const exists = await client
    .query({ text: 'select 1 from pg_replication_origin where roname = $1', values: [origin] })
    .catch(() => null);
  if (exists === null || !(await mayTag(client))) return false;
  if (exists.rowCount === 0 && !(await tryTo(client, context, 'select pg_replication_origin_create($1)', [origin])))
    return false;
  return tryTo(client, context, 'select pg_replication_origin_session_setup($1)', [origin]);
}

/** Each transaction says when it was: a right of its own, without which every write would fail. */
async function mayTag(client: pg.Client): Promise<boolean> {
  const setup = 'pg_replication_origin_xact_setup(pg_lsn, timestamptz)';
  const { rows } = await client.query<{ may: boolean }>("select has_function_privilege($1, 'execute') as may", [setup]);
  return rows[0]?.may === true;
}

async function tryTo(
  client: pg.Client,
  context: PostgresContext,
  text: string,
  values: readonly string[] = [],
): Promise<boolean> {
  try {
    await client.query({ text, values: [...values] });
    return true;
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    context.log.debug(
      { statement: text, sqlState: asServerError(error).code },
      'the role may not do this; going on without',
    );
    return false;
  }
}
