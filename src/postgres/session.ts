/**
 * One connection to PostgreSQL that is made when it is needed and again after it broke. Every value comes and goes as
 * the server's text. Must not know what its statements mean.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isConnectionLost, toIsthmusError } from './server-error.js';
import { sessionSettings } from './types.js';

export interface SessionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Also set, after the settings that all sessions have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Runs once on each new connection. */
  readonly prepare?: (client: pg.Client) => Promise<void>;
  /** Backends of this process: those that a takeover leaves alone. */
  readonly pids: Set<number>;
}

/** Rows as arrays of texts. */
export interface TextResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number | null;
  readonly command: string;
  readonly fields: readonly { readonly name: string }[];
}

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once per connection under this name. */
  readonly name?: string;
}

const asText = { getTypeParser: () => (value: unknown) => value };

const connectLimitMs = 10_000;

export function clientOptions(url: string, applicationName: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    types: asText as unknown as pg.CustomTypesConfig,
    connectionTimeoutMillis: connectLimitMs,
    keepAlive: true,
  };
}

/** `set` statements for a session; names and values are ours, never a user's. */
export function settingStatements(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `set ${name} to '${value}'`)
    .join('; ');
}

export class Session {
  private current: Promise<pg.Client> | null = null;
  private live: pg.Client | null = null;
  private closed = false;

  constructor(private readonly options: SessionOptions) {}

  /** The connected client; a new one if the last one broke. */
  client(): Promise<pg.Client> {
    if (this.closed) return Promise.reject(toIsthmusError(new Error('the session is closed'), 'PostgreSQL'));
    this.current ??= this.connect();
    return this.current;
  }

  /** Sent a second time if the connection turns out to be gone; `once` for what must not happen twice. */
  async query(statement: Statement & { readonly once?: true }): Promise<TextResult> {
    const client = await this.client();
    try {
      return await submit(client, statement);
    } catch (error) {
      // The error comes before the driver says that the connection has ended.
      if (isConnectionLost(error) && this.live === client) this.drop();
      if (statement.once === true || !isConnectionLost(error) || this.closed) throw toIsthmusError(error, 'PostgreSQL');
      return this.query({ ...statement, once: true });
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

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...clientOptions(this.options.url, this.options.applicationName), pipeline: true });
    this.live = client;
    const forget = (): void => {
      this.options.pids.delete(processId(client));
      if (this.live === client) this.current = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      this.options.pids.add(processId(client));
      await client.query(settingStatements({ ...sessionSettings, ...this.options.settings }));
      await this.options.prepare?.(client);
      return client;
    } catch (error) {
      forget();
      void endQuietly(client);
      throw toIsthmusError(error, 'connecting to PostgreSQL');
    }
  }
}

/** Sends a statement; several may be on their way at once. */
export async function submit(client: pg.Client, statement: Statement): Promise<TextResult> {
  const config = {
    text: statement.text,
    values: statement.values === undefined ? [] : [...statement.values],
    rowMode: 'array' as const,
  };
  const result = await client.query(statement.name === undefined ? config : { ...config, name: statement.name });
  return result as unknown as TextResult;
}

export function processId(client: pg.Client): number {
  return (client as unknown as { processID: number | null }).processID ?? 0;
}

const endLimitMs = 2_000;

async function endQuietly(client: pg.Client): Promise<void> {
  const stream = (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
  const limit = new AbortController();
  const late = delay(endLimitMs, undefined, { signal: limit.signal })
    .then(() => stream.destroy())
    .catch(() => undefined);
  await client.end().catch(() => undefined);
  limit.abort();
  await late;
}
