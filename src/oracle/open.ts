/**
 * The entry of a SQL side that is Oracle: opens its connections and hands out its parts. Must not know a log: Debezium captures it, and
 * what it needs to tell our own writes apart stands in `ISTHMUS.PROGRESS` and `ISTHMUS.MARKS`.
 */
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import type { SqlSide } from '../ports/sql-side.js';
import { Fence } from '../sql/fence.js';
import type { OracleContext } from './context.js';
import { KeyNames } from './key-names.js';
import { checkName, laneLabel } from './names.js';
import { Session, submit } from './session.js';
import { inspect } from './setup/inspect.js';
import { prepare, teardown } from './setup/prepare.js';
import { bound } from './statement.js';
import { markStatement } from './store/mark-statement.js';
import { OracleStore } from './store/oracle-store.js';
import { lookAtTables } from './table-look.js';

export interface OracleOptions {
  /** `oracle://` */
  readonly url: string;
  /** The sync's name. */
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Whether the server is asked to keep statements; absent: it is. */
  readonly cached?: boolean;
}

/** How long a read under locks may take. */
const lockedReadLimitMs = 60_000;

/** Throws `sql_unreachable`, `authentication_failed`, `configuration_invalid` or `oracle_driver_missing`. */
export async function openOracle(options: OracleOptions): Promise<SqlSide> {
  checkName(options.name);
  const { url, name, entities, log, clock, cached = true } = options;
  const session: OracleContext['session'] = (more) => new Session({ url, cached, ...more });
  const reads = session({});
  const locks = session({ label: laneLabel(name, 'locks'), limitMs: lockedReadLimitMs });
  const marks = session({});
  const close = async (): Promise<void> => void (await Promise.all([reads.close(), locks.close(), marks.close()]));
  try {
    await checkCharacters(reads);
    const schemas = [...new Set([...entities.values()].map(({ schema }) => schema))];
    const keyNames = new KeyNames(reads, schemas);
    const common = { sync: name, entities, clock, log, session, reads, locks, marks, keyNames };
    const contextOf = (share: string): OracleContext => ({
      ...common,
      name: share,
      fence: new Fence(() => storedEpoch(reads, share)),
    });
    const context = contextOf(name);
    const store = new OracleStore(context);
    return {
      server: 'Oracle',
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
      share: (share) => new OracleStore(contextOf(share)),
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

/** Another character set would have letters replaced that it has not, without a word. */
async function checkCharacters(reads: Session): Promise<void> {
  const { rows } = await reads.query(
    bound(
      "select value from nls_database_parameters where parameter in ('NLS_CHARACTERSET', 'NLS_NCHAR_CHARACTERSET') order by parameter",
    ),
  );
  const [characters, national] = rows.map((row) => row[0]);
  if (characters === 'AL32UTF8' && national === 'AL16UTF16') return;
  throw new IsthmusError('configuration_invalid', {
    message: `The database’s character sets are ${characters} and ${national}, which do not hold every letter that MongoDB has.`,
    remedy: 'Use a database whose character set is AL32UTF8, and whose national one is AL16UTF16.',
  });
}

/** No lane and no share has this name; `teardown` removes it with those. */
async function probe({ session, name, sync }: OracleContext, id: string): Promise<void> {
  const own = session({});
  try {
    const client = await own.client();
    const row = `${name}#begin`;
    await submit(
      client,
      bound(
        probeText,
        [row, id, row, id].map((value) => ['text', value]),
      ),
    );
    await submit(client, markStatement(sync, id), { commit: true });
  } finally {
    await own.close();
  }
}

const probeText = `merge into isthmus.progress p using dual on (p.name = :1 and p.lane = 0)
  when matched then update set p.saved = :2
  when not matched then insert (name, lane, epoch, "NUMBER", remaining, saved) values (:3, 0, 0, 0, 0, :4)`;

async function storedEpoch(reads: Session, name: string): Promise<number> {
  const stored = bound('select coalesce(max(epoch), 0) from isthmus.progress where name = :1', [['text', name]]);
  return Number((await reads.query(stored)).rows[0]?.[0] ?? 0);
}
