/**
 * One connection to Oracle that is made when it is needed and again after it broke. Every value comes as text. Must not know what its
 * statements mean.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ExecuteOptions, Result } from 'oracledb';
import { type AsText, asTextOf, bindDefinitions, connectionAttributes, type Driver, loadDriver } from './driver.js';
import { isConnectionLost, toIsthmusError } from './server-error.js';
import { bound, type Statement } from './statement.js';

export interface SessionOptions {
  readonly url: string;
  /** By which others find it; absent: nobody looks for it. */
  readonly label?: string;
  /** How long one request may take; absent: as long as it takes. */
  readonly limitMs?: number;
  /** False: each statement is sent with its text, also where the server has it from before. */
  readonly cached: boolean;
  /** Also run, once on each new connection, before anything else. */
  readonly prepare?: (client: Client) => Promise<void>;
}

/** Rows as arrays of texts. */
export interface TextResult {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of a write: the rows that it met. */
  readonly rowCount: number;
  readonly fields: readonly { readonly name: string }[];
}

/** A connection with the driver that made it. */
export interface Client {
  readonly connection: Connection;
  readonly driver: Driver;
  readonly asText: AsText;
}

/**
 * What every session of ours sets: numbers have a point, texts are ordered and compared by their bytes, times without a zone of their own
 * are in UTC, and a COMMIT is answered when it is on disk.
 */
const settings = [
  `alter session set nls_numeric_characters = '.,' nls_sort = binary nls_comp = binary nls_calendar = 'GREGORIAN'`,
  `alter session set time_zone = '+00:00'`,
  'alter session set commit_logging = immediate commit_wait = wait',
].map((text) => bound(text));

export class Session {
  private current: Promise<Client> | null = null;
  private live: Client | null = null;
  private closed = false;

  constructor(private readonly options: SessionOptions) {}

  /** The connected client; a new one if the last one broke. */
  client(): Promise<Client> {
    if (this.closed) return Promise.reject(toIsthmusError(new Error('the session is closed'), 'Oracle'));
    this.current ??= this.connect();
    return this.current;
  }

  /**
   * With a commit of its own where it writes. Sent a second time if the connection turns out to be gone; `once` for what must not
   * happen twice.
   */
  async query(statement: Statement, options: { readonly once?: true } = {}): Promise<TextResult> {
    const client = await this.client();
    try {
      return await submit(client, statement, { commit: true });
    } catch (error) {
      if (isConnectionLost(error) && this.live === client) this.drop();
      if (options.once === true || !isConnectionLost(error) || this.closed) throw toIsthmusError(error, 'Oracle');
      return this.query(statement, { once: true });
    }
  }

  /** Ends this connection, so that the next use makes a new one. */
  drop(): void {
    const current = this.current;
    this.current = null;
    current?.then((client) => endQuietly(client)).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    const current = this.current;
    this.current = null;
    if (current !== null) await current.then((client) => endQuietly(client)).catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    let client: Client | null = null;
    try {
      const { url, label, limitMs, cached, prepare } = this.options;
      const driver = await loadDriver();
      const attributes = await connectionAttributes(url);
      const connection = await driver.getConnection({ ...attributes, ...(cached ? {} : { stmtCacheSize: 0 }) });
      client = { connection, driver, asText: asTextOf(driver) };
      this.live = client;
      if (label !== undefined) connection.clientId = label;
      if (limitMs !== undefined) connection.callTimeout = limitMs;
      for (const setting of settings) await submit(client, setting);
      await prepare?.(client);
      return client;
    } catch (error) {
      this.current = null;
      if (client !== null) void endQuietly(client);
      throw toIsthmusError(error, 'connecting to Oracle');
    }
  }
}

const rowsAtOnce = 1_000;

/** Sends a statement; `commit`: with a COMMIT in the same request, if it succeeds. Several are carried out one after the other. */
export async function submit(
  { connection, driver, asText }: Client,
  { text, kinds, rows }: Statement,
  { commit = false }: { readonly commit?: boolean } = {},
): Promise<TextResult> {
  const definitions = bindDefinitions(driver, kinds, rows);
  if (rows.length > 1) {
    const options = { bindDefs: definitions, autoCommit: commit };
    const { rowsAffected = 0 } = await connection.executeMany(
      text,
      rows.map((row) => [...row]),
      options,
    );
    return { rows: [], rowCount: rowsAffected, fields: [] };
  }
  const binds = definitions.map((definition, index) => ({ ...definition, val: rows[0]?.[index] ?? null }));
  const options: ExecuteOptions = {
    autoCommit: commit,
    outFormat: driver.OUT_FORMAT_ARRAY,
    maxRows: 0,
    fetchArraySize: rowsAtOnce,
    fetchTypeHandler: asText,
  };
  const result: Result<unknown> = await connection.execute(text, binds, options);
  return {
    rows: (result.rows ?? []) as TextResult['rows'],
    rowCount: result.rowsAffected ?? result.rows?.length ?? 0,
    fields: result.metaData ?? [],
  };
}

const endLimitMs = 2_000;

/** The driver ends a connection at once if it is told not to wait for it. */
async function endQuietly({ connection }: Client): Promise<void> {
  const limit = new AbortController();
  const late = delay(endLimitMs, undefined, { signal: limit.signal }).catch(() => undefined);
  const ended = connection.close({ drop: true }).catch(() => undefined);
  await Promise.race([ended, late]);
  limit.abort();
}
