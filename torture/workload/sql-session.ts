/** A connection to PostgreSQL that is made anew after each loss. Must not know what is asked through it. */
import pg from 'pg';

const connectMs = 3_000;
/** Longer than any lock that the run holds on purpose; a server that hangs must not keep a user for ever. */
const answerMs = 20_000;

export class SqlSession {
  private client: pg.Client | null = null;

  constructor(
    private readonly url: string,
    private readonly application: string,
  ) {}

  /** Rejects if the server cannot be reached. */
  async open(): Promise<pg.Client> {
    if (this.client !== null) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: this.application,
      connectionTimeoutMillis: connectMs,
      query_timeout: answerMs,
    });
    client.on('error', () => this.drop(client));
    try {
      await client.connect();
    } catch (error) {
      discard(client);
      throw error;
    }
    this.client = client;
    return client;
  }

  /** After an error nothing is known of what the connection stands in. */
  lose(): void {
    if (this.client !== null) this.drop(this.client);
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null;
    discard(client);
  }
}

/** Not waited for: a server that hangs does not answer the good-bye. */
function discard(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  client.end().catch(() => undefined);
}
