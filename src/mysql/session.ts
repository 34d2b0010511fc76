/**
 * One connection to MariaDB that is made when it is needed and again after it broke. Every value comes as the server's
 * text. Must not know what its statements mean.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { connectionOptions, loadDriver } from './driver.js';
import { isConnectionLost, toIsthmusError } from './server-error.js';

export interface SessionOptions {
  readonly url: string;
  /** Also set, after the settings that all sessions have. */
  readonly settings?: (server: Server) => Readonly<Record<string, string>>;
  /** Runs once on each new connection, before anything else. */
  readonly prepare?: (client: Connection) => Promise<void>;
}

export interface Server {
  readonly mariadb: boolean;
  readonly version: string;
}

/** Rows as arrays of texts. */
export interface TextResult {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of a write: the rows that it met, whether or not it changed them. */
  readonly rowCount: number;
  readonly fields: readonly { readonly name: string }[];
}

/**
 * What every session of ours sets, so that values always have the same text and nothing is stored in another form than it
 * was written in without an error. `max_sort_length` is how much of a value counts in an order.
 */
const sessionSettings: Readonly<Record<string, string>> = {
  time_zone: "'+00:00'",
  sql_mode:
    "'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'",
  tx_isolation: "'READ-COMMITTED'",
  max_sort_length: '16384',
  autocommit: '1',
};

export function serverOf(version: string): Server {
  return { mariadb: /mariadb/i.test(version), version };
}

export class Session {
  private current: Promise<Connection> | null = null;
  private live: Connection | null = null;
  private closed = false;

  constructor(private readonly options: SessionOptions) {}

  /** The connected client; a new one if the last one broke. */
  client(): Promise<Connection> {
    if (this.closed) return Promise.reject(toIsthmusError(new Error('the session is closed'), 'MariaDB'));
    this.current ??= this.connect();
    return this.current;
  }

  /** Sent a second time if the connection turns out to be gone; `once` for what must not happen twice. */
  async query(text: string, options: { readonly once?: true } = {}): Promise<TextResult> {
    const client = await this.client();
    try {
      return await submit(client, text);
    } catch (error) {
      // The error may come before the driver says that the connection has ended.
      if (isConnectionLost(error) && this.live === client) this.drop();
      if (options.once === true || !isConnectionLost(error) || this.closed) throw toIsthmusError(error, 'MariaDB');
      return this.query(text, { once: true });
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

  private async connect(): Promise<Connection> {
    let client: Connection | null = null;
    try {
      const driver = await loadDriver();
      const opened = await driver.createConnection(await connectionOptions(this.options.url));
      client = opened;
      this.live = opened;
      const forget = (): void => {
        if (this.live === opened) this.current = null;
      };
      opened.on('error', forget);
      opened.on('end', forget);
      const server = serverOf((await submit(opened, 'select version()')).rows[0]?.[0] ?? '');
      const settings = { ...sessionSettings, ...this.options.settings?.(server) };
      await submit(opened, `set ${settingList(settings, server)}`);
      await this.options.prepare?.(opened);
      return opened;
    } catch (error) {
      this.current = null;
      if (client !== null) void endQuietly(client);
      throw toIsthmusError(error, 'connecting to MariaDB');
    }
  }
}

/** Names and values are ours, never a user's. */
function settingList(settings: Readonly<Record<string, string>>, server: Server): string {
  const named = Object.entries(settings).map(([name, value]) => {
    const known = name === 'tx_isolation' && !server.mariadb ? 'transaction_isolation' : name;
    return `session ${known} = ${value}`;
  });
  return named.join(', ');
}

/** Sends a statement; several may be on their way at once, and are carried out one after the other. */
export async function submit(client: Connection, text: string): Promise<TextResult> {
  const [rows, fields] = await client.query({ sql: text, rowsAsArray: true, typeCast: asText });
  if (Array.isArray(rows)) return { rows: rows as unknown as TextResult['rows'], rowCount: rows.length, fields };
  return { rows: [], rowCount: rows.affectedRows, fields: [] };
}

interface TextField {
  string(encoding?: BufferEncoding): string | null;
}

function asText(field: TextField): string | null {
  return field.string('utf8');
}

const endLimitMs = 2_000;

async function endQuietly(client: Connection): Promise<void> {
  const limit = new AbortController();
  const late = delay(endLimitMs, undefined, { signal: limit.signal })
    .then(() => client.destroy())
    .catch(() => undefined);
  await client.end().catch(() => undefined);
  limit.abort();
  await late;
}
