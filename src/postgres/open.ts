/** The PostgreSQL side's entry: opens its connections and hands out its parts. The one place where they meet. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import { type LaneOf, ownLanes } from '../model/share.js';
import type { ChangeSource } from '../ports/change-source.js';
import type { SqlSide } from '../ports/sql-side.js';
import { Fence } from '../sql/fence.js';
import { PostgresSource } from './capture/postgres-source.js';
import { lookAtTables } from './capture/table-look.js';
import type { LogReader, PostgresContext } from './context.js';
import { logRoom } from './log-room.js';
import { namesOf } from './names.js';
import { Session } from './session.js';
import { inspect } from './setup/inspect.js';
import { slotInUse } from './setup/inspect-slot.js';
import { prepare, teardown } from './setup/prepare.js';
import type { Triggers } from './store/lane-session.js';
import { PostgresStore } from './store/postgres-store.js';

export interface PostgresOptions {
  readonly url: string;
  /** The sync's name. */
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Whose progress rows the log's reader tells apart. Default: those of this sync's one engine. */
  readonly laneOf?: LaneOf;
  /** `replica` where the role may: see `lane-session.ts`. */
  readonly triggers?: Triggers;
  /** Default: `isthmus`. */
  readonly logReader?: LogReader;
}

export interface PostgresSide extends SqlSide {
  readonly source: ChangeSource;
}

const lockLimits = { lock_timeout: '5s', idle_in_transaction_session_timeout: '10s' };

/** Throws `sql_unreachable` or `authentication_failed` if there is no connection to be had. */
export async function openPostgres(options: PostgresOptions): Promise<PostgresSide> {
  const context = contextOf(options);
  const close = async (): Promise<void> =>
    void (await Promise.all([context.reads.close(), context.locks.close(), context.marks.close()]));
  try {
    await context.reads.client();
  } catch (error) {
    await close();
    throw error;
  }
  const store = new PostgresStore(context, options.triggers ?? 'replica');
  return {
    server: 'PostgreSQL',
    source: new PostgresSource(context),
    store,
    prepare: (setup) => prepare(context, setup),
    teardown: async (setup) => {
      await store.close();
      await teardown(context, setup);
    },
    inspect: () => inspect(context),
    inUse: () => slotInUse(context),
    endReader: () => endReader(context),
    lookAtTables: () => lookAtTables(context),
    probe: (id) => probe(context, id),
    share: (share) => new PostgresStore(shareContext(context, share), options.triggers ?? 'replica'),
    logRoom: () => logRoom(context),
    close: async () => {
      await store.close();
      await close();
    },
  };
}

function contextOf({ url, name, entities, log, clock, laneOf, logReader }: PostgresOptions): PostgresContext {
  const names = namesOf(name);
  const pids = new Set<number>();
  const session = (settings: Readonly<Record<string, string>> = {}): Session =>
    new Session({ url, applicationName: names.application, settings, pids });
  const reads = session();
  return {
    url,
    name,
    laneOf: laneOf ?? ownLanes(name),
    logReader: logReader ?? 'isthmus',
    tags: true,
    names,
    entities,
    clock,
    log,
    pids,
    reads,
    locks: session(lockLimits),
    marks: session(),
    fence: new Fence(() => storedEpoch(reads, name)),
  };
}

/**
 * What a share writes is fenced, and its predecessor ended, by its own name; reading is all shares' together. Origins would be
 * more than a server has room for.
 */
function shareContext(context: PostgresContext, share: string): PostgresContext {
  const names = { ...context.names, application: `isthmus_${share}`, slot: '' };
  return {
    ...context,
    name: share,
    names,
    tags: false,
    pids: new Set(),
    fence: new Fence(() => storedEpoch(context.reads, share)),
  };
}

/** No lane and no share has this name; `teardown` removes it with those. */
async function probe({ reads, name, names }: PostgresContext, id: string): Promise<void> {
  await reads.query({
    text: `with p as (insert into isthmus.progress as p (name, lane, epoch, number, saved) values ($1, 0, 0, 0, $3)
        on conflict (name, lane) do update set saved = excluded.saved returning 1)
      select pg_logical_emit_message(true, $2, $3) from p`,
    values: [`${name}#begin`, names.markPrefix, id],
  });
}

async function endReader({ reads, names }: PostgresContext): Promise<void> {
  await reads.query({
    text: 'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null',
    values: [names.slot],
  });
}

async function storedEpoch(reads: Session, name: string): Promise<number> {
  const result = await reads.query({
    name: 'isthmus_epoch',
    text: 'select coalesce(max(epoch), 0) from isthmus.progress where name = $1',
    values: [name],
  });
  return Number(result.rows[0]?.[0] ?? 0);
}
