/**
 * The entry of a SQL side that is MariaDB (or MySQL): opens its connections and hands out its parts. Must not know a log:
 * Debezium captures it, and what it needs to tell our own writes apart stands in `isthmus.progress` and `isthmus.marks`.
 */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import type { SqlSide } from '../ports/sql-side.js';
import { Fence } from '../sql/fence.js';
import type { MysqlContext } from './context.js';
import { checkName, literal } from './names.js';
import { Session } from './session.js';
import { inspect } from './setup/inspect.js';
import { prepare, teardown } from './setup/prepare.js';
import { type ForeignKeys, transactionLimits } from './store/lane-session.js';
import { markStatement } from './store/mark-statement.js';
import { MysqlStore } from './store/mysql-store.js';
import { lookAtTables } from './table-look.js';

export interface MysqlOptions {
  /** `mysql://` or `mariadb://`. */
  readonly url: string;
  /** The sync's name. */
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly foreignKeys?: ForeignKeys;
}

/** Throws `sql_unreachable`, `authentication_failed` or `mysql_driver_missing` if there is no connection to be had. */
export async function openMysql(options: MysqlOptions): Promise<SqlSide> {
  checkName(options.name);
  const { url, name, entities, log, clock } = options;
  const foreignKeys = options.foreignKeys ?? 'ignored';
  const reads = new Session({ url });
  const locks = new Session({ url, settings: transactionLimits });
  const marks = new Session({ url });
  const close = async (): Promise<void> => void (await Promise.all([reads.close(), locks.close(), marks.close()]));
  try {
    const packetBytes = Number((await reads.query('select @@max_allowed_packet')).rows[0]?.[0]);
    const common = { url, sync: name, entities, clock, log, reads, locks, marks, packetBytes };
    const contextOf = (share: string): MysqlContext => ({
      ...common,
      name: share,
      fence: new Fence(() => storedEpoch(reads, share)),
    });
    const context = contextOf(name);
    const store = new MysqlStore(context, foreignKeys);
    return {
      server: 'MariaDB',
      // Debezium captures it, and keeps its place in the log by itself.
      source: null,
      inUse: () => Promise.resolve(false),
      endReader: () => Promise.resolve(),
      logRoom: () => Promise.resolve(null),
      lookAtTables: () => lookAtTables(context),
      probe: (id) => probe(context, id),
      store,
      prepare: (setup) => prepare(context, setup),
      teardown: async (setup) => {
        await store.close();
        await teardown(context, setup);
      },
      inspect: () => inspect(context),
      share: (share) => new MysqlStore(contextOf(share), foreignKeys),
      close: async () => {
        await store.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** No lane and no share has this name; `teardown` removes it with those. */
async function probe({ url, name, sync }: MysqlContext, id: string): Promise<void> {
  const session = new Session({ url });
  try {
    await session.query('start transaction', { once: true });
    await session.query(
      `insert into isthmus.progress (name, lane, epoch, number, saved) values (${literal(`${name}#begin`)}, 0, 0, 0, ${literal(id)})
        on duplicate key update saved = values(saved)`,
      { once: true },
    );
    await session.query(markStatement(sync, id), { once: true });
    await session.query('commit', { once: true });
  } finally {
    await session.close();
  }
}

async function storedEpoch(reads: Session, name: string): Promise<number> {
  const stored = `select coalesce(max(epoch), 0) from isthmus.progress where name = ${literal(name)}`;
  return Number((await reads.query(stored)).rows[0]?.[0] ?? 0);
}
