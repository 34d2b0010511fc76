/**
 * PostgreSQL's log as a `ChangeSource`: checks that the slot still holds what was asked for, then opens the stream.
 * Must not know what is done with the changes.
 */
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { Position } from '../../model/change.js';
import type { ChangeReader, ChangeSource } from '../../ports/change-source.js';
import type { PostgresContext } from '../context.js';
import { PgoutputDecoder } from '../decode/pgoutput-decoder.js';
import { formatLsn, lsnHex, parseLsn, readPosition, startLsn, wholePosition } from '../decode/position.js';
import { sqlState, toIsthmusError } from '../server-error.js';
import { sqlCodec } from '../types.js';
import { PostgresReader } from './postgres-reader.js';
import { ReplicationClient } from './replication-client.js';
import { readIdentities, TableWatch } from './table-watch.js';

interface SlotFacts {
  readonly confirmed: bigint;
  /** Where it was made, as `prepare` noted it. */
  readonly born: bigint;
  readonly walStatus: string;
  readonly activePid: number | null;
  readonly serverEnd: bigint;
}

/** Changes of a part of a large transaction. */
const partSize = 2_000;
const busyLimitMs = 15_000;
const busyPauseMs = 50;

export class PostgresSource implements ChangeSource {
  readonly side = 'sql';
  private lastPid = 0;

  constructor(private readonly context: PostgresContext) {}

  order(position: Position): bigint {
    return readPosition(position).lsn;
  }

  async begin(): Promise<Position> {
    const slot = await this.slot();
    return wholePosition(lsnHex(slot.confirmed - 1n));
  }

  async open(from: Position): Promise<ChangeReader> {
    const { context } = this;
    await context.fence.check();
    await this.waitForSlot(from);
    const tables = await readIdentities(context);
    const client = await ReplicationClient.open({
      url: context.url,
      applicationName: context.names.application,
      slot: context.names.slot,
      publication: context.names.publication,
      start: formatLsn(startLsn(from)),
    });
    this.lastPid = client.pid;
    const decoder = new PgoutputDecoder({
      name: context.name,
      laneOf: context.laneOf,
      entities: context.entities,
      readText: (type) => sqlCodec(type).fromText,
      tables,
      from: readPosition(from),
      partSize,
      log: context.log,
    });
    const watch = new TableWatch(context, tables);
    const diagnose = (error: unknown): Promise<Error> => this.diagnose(error);
    const reader = new PostgresReader({ client, decoder, watch, from, clock: context.clock, diagnose });
    // A table that is gone makes writes to it fail, and each failure makes a new reader: the first thing that it says is the stop.
    await reader.lookForTables();
    return reader;
  }

  /** The slot is busy for a moment after its last reader went; one of this process is ended. */
  private async waitForSlot(from: Position): Promise<void> {
    const { clock, reads } = this.context;
    const giveUpAt = clock.now() + busyLimitMs;
    for (;;) {
      const slot = await this.slot();
      this.assertHolds(slot, from);
      if (slot.activePid === null) return;
      if (slot.activePid === this.lastPid)
        await reads.query({ text: 'select pg_terminate_backend($1::int)', values: [slot.activePid] });
      if (clock.now() > giveUpAt)
        throw new IsthmusError('transient', {
          message: `Replication slot ${this.context.names.slot} is used by backend ${slot.activePid}.`,
        });
      await clock.sleep(busyPauseMs);
    }
  }

  private assertHolds(slot: SlotFacts, from: Position): void {
    const start = startLsn(from);
    const name = this.context.names.slot;
    if (slot.walStatus === 'lost')
      throw new IsthmusError('slot_lost', {
        message: `Replication slot ${name} was invalidated: the server removed log that it needs.`,
      });
    if (slot.born > start)
      throw new IsthmusError('slot_lost', {
        message: `Replication slot ${name} was made anew at ${formatLsn(slot.born)}, after the stored position ${formatLsn(start)}.`,
      });
    if (start > slot.serverEnd + 1n)
      throw new IsthmusError('slot_lost', {
        message: `The server’s log ends at ${formatLsn(slot.serverEnd)}, before the stored position ${formatLsn(start)}: it was restored, or a failover lost commits.`,
      });
  }

  private async slot(): Promise<SlotFacts> {
    const { names, reads } = this.context;
    const result = await reads.query({
      name: 'isthmus_slot',
      text: `select confirmed_flush_lsn, wal_status, active_pid, pg_current_wal_insert_lsn(), (select born from isthmus.slots where name = $2)
        from pg_replication_slots where slot_name = $1 and slot_type = 'logical' and database = current_database()`,
      values: [names.slot, this.context.name],
    });
    const row = result.rows[0];
    if (row === undefined)
      throw new IsthmusError('slot_lost', { message: `There is no replication slot ${names.slot}.` });
    if (row[0] === null || row[0] === undefined)
      throw new IsthmusError('slot_lost', { message: `Replication slot ${names.slot} holds no position.` });
    if (row[4] === null || row[4] === undefined)
      throw new IsthmusError('slot_lost', {
        message: `Where replication slot ${names.slot} began is not known: it was not made by this sync.`,
      });
    return {
      confirmed: parseLsn(row[0]),
      born: parseLsn(row[4]),
      walStatus: row[1] ?? 'unknown',
      activePid: row[2] === null || row[2] === undefined ? null : Number(row[2]),
      serverEnd: parseLsn(row[3] as string),
    };
  }

  /** A stream ends in many ways; only the slot itself tells whether it can be opened again. */
  private async diagnose(error: unknown): Promise<Error> {
    if (isIsthmusError(error)) return error;
    if (sqlState(error) === '42704')
      return new IsthmusError('slot_lost', { message: 'The replication slot or the publication is gone.' });
    try {
      const slot = await this.slot();
      if (slot.walStatus === 'lost')
        return new IsthmusError('slot_lost', {
          message: `Replication slot ${this.context.names.slot} was invalidated.`,
        });
    } catch (other) {
      return toIsthmusError(other, 'reading PostgreSQL’s log');
    }
    return toIsthmusError(error, 'reading PostgreSQL’s log');
  }
}
