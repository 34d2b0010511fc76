/**
 * Counts record events in PostgreSQL's log, by table and key, through a slot and a publication of its own. Shares no code with the
 * sync. Reads ahead and then moves the slot, so that an answer that is lost counts nothing twice.
 */
import pg from 'pg';
import { tables } from '../tables.js';
import type { EventCounts } from './event-counts.js';
import { PgoutputReader } from './pgoutput.js';

/** A look ends after so many transactions' worth of changes; the next goes on. */
const changesPerLook = 20_000;
const mostLooks = 1_000;

export class SqlLog {
  private readonly name: string;
  /** End of the last transaction that was counted. */
  private counted = 0n;

  constructor(
    name: string,
    private readonly counts: EventCounts,
  ) {
    this.name = `torture_${name}`;
  }

  async prepare(client: pg.Client): Promise<void> {
    await client.query(`create publication ${this.name} for table ${tables.map(({ name }) => name).join(', ')}`);
    await client.query(`select pg_create_logical_replication_slot('${this.name}', 'pgoutput')`);
  }

  /** Up to what is committed now. */
  async read(client: pg.Client): Promise<void> {
    await this.keepSlot(client);
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
    const end = rows[0]?.lsn ?? '0/0';
    for (let look = 0; look < mostLooks; look++) if (!(await this.look(client, end))) return;
    throw new Error(`PostgreSQL's log was not read to its end in ${mostLooks} looks`);
  }

  async drop(client: pg.Client): Promise<void> {
    await client.query(`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1`, [
      this.name,
    ]);
    await client.query(`drop publication if exists ${this.name}`);
  }

  /** The run may have taken away the log that it stood in: what was not read is not counted, which accuses nobody. */
  private async keepSlot(client: pg.Client): Promise<void> {
    const slot = await client.query<{ lost: boolean }>(
      `select coalesce(wal_status = 'lost', false) as lost from pg_replication_slots where slot_name = $1`,
      [this.name],
    );
    const [found] = slot.rows;
    if (found !== undefined && !found.lost) return;
    if (found !== undefined) await client.query(`select pg_drop_replication_slot('${this.name}')`);
    await client.query(`select pg_create_logical_replication_slot('${this.name}', 'pgoutput')`);
  }

  /** False: there was nothing more. */
  private async look(client: pg.Client, end: string): Promise<boolean> {
    const { rows } = await client.query<{ data: Buffer }>(
      `select data from pg_logical_slot_peek_binary_changes('${this.name}', $1::pg_lsn, $2::int,
        'proto_version', '1', 'publication_names', '${this.name}')`,
      [end, changesPerLook],
    );
    const reader = new PgoutputReader();
    for (const { data } of rows) reader.message(data);
    for (const { endLsn, events } of reader.transactions) {
      if (endLsn <= this.counted) continue;
      for (const { table, key } of events) this.counts.add(table, key);
      this.counted = endLsn;
    }
    const last = reader.transactions.at(-1)?.endLsn;
    if (last === undefined) return false;
    await client.query('select pg_replication_slot_advance($1, $2::pg_lsn)', [this.name, lsnText(last)]);
    return rows.length >= changesPerLook;
  }
}

function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`;
}

export function sqlClient(connectionString: string): pg.Client {
  const client = new pg.Client({
    connectionString,
    application_name: 'torture-evidence',
    connectionTimeoutMillis: 3_000,
    query_timeout: 30_000,
  });
  client.on('error', () => undefined);
  return client;
}
