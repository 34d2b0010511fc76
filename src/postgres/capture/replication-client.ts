/**
 * A replication connection: sends START_REPLICATION, hands out the frames of the copy stream one by one, writes status
 * replies. Must not know what the frames hold.
 */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { toIsthmusError } from '../server-error.js';
import { clientOptions, processId, settingStatements } from '../session.js';
import { sessionSettings } from '../types.js';

export interface ReplicationOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly slot: string;
  readonly publication: string;
  /** As `16/B374D848`. */
  readonly start: string;
}

/** The typings of pg-copy-streams do not know `both`. */
const { both } = copyStreams as unknown as { both(text: string, options: object): Duplex & pg.Submittable };

/** Frames that may wait in memory before the server is made to wait. */
const waitingFrames = 256;

export class ReplicationClient {
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private readonly stream: Duplex;
  readonly pid: number;

  private constructor(
    private readonly client: pg.Client,
    text: string,
  ) {
    this.pid = processId(client);
    client.on('error', (error: Error) => this.fail(error));
    client.on('end', () => this.fail(new Error('Connection terminated')));
    this.stream = client.query(
      both(text, { alignOnCopyDataFrame: true, readableObjectMode: true, readableHighWaterMark: waitingFrames }),
    ) as Duplex;
    this.stream.on('error', (error: Error) => this.fail(error));
    this.stream.on('end', () => this.fail(new Error('the server ended the stream')));
    this.stream.on('close', () => this.fail(new Error('the stream was closed')));
    this.stream.on('readable', () => this.awake());
  }

  static async open(options: ReplicationOptions): Promise<ReplicationClient> {
    const config = { ...clientOptions(options.url, options.applicationName), replication: 'database' };
    const client = new pg.Client(config as pg.ClientConfig);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(settingStatements(sessionSettings));
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toIsthmusError(error, 'connecting to PostgreSQL for replication');
    }
    const flags = `proto_version '1', publication_names '"${options.publication}"', messages 'true'`;
    return new ReplicationClient(
      client,
      `START_REPLICATION SLOT "${options.slot}" LOGICAL ${options.start} (${flags})`,
    );
  }

  /** The next frame that has arrived, or null. Throws once the connection is gone and everything before was read. */
  read(): Buffer | null {
    const frame = this.stream.read() as Buffer | null;
    if (frame === null && this.failure !== null) throw this.failure;
    return frame;
  }

  /** The next frame that has arrived, or null; a failure is left to `read`. */
  readArrived(): Buffer | null {
    return this.stream.read() as Buffer | null;
  }

  /** Resolves when there may be something to read. */
  wait(): Promise<void> {
    if (this.failure !== null || this.stream.readableLength > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  write(message: Buffer): void {
    if (this.failure === null && this.stream.writable) this.stream.write(message);
  }

  close(): void {
    this.fail(new Error('the reader was closed'));
    const socket = (
      this.client as unknown as { connection: { stream: { end(): void; destroySoon?(): void; destroy(): void } } }
    ).connection.stream;
    // What was written last (the final acknowledgement) still goes out.
    if (socket.destroySoon === undefined) socket.destroy();
    else socket.destroySoon();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.awake();
  }

  /** Ends a `wait`. */
  awake(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }
}
