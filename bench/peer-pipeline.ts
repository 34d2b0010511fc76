/** The peer as a running pipeline: Kafka, Connect, one source and one sink. Must not measure. */
import type { Side } from '../src/model/side.js';
import { type ConnectWorker, startConnect } from '../src/testing/servers/connect-worker.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { connectorsOf, type PeerSettings } from './peer-settings.js';
import type { World } from './world.js';

export interface PeerServers extends AsyncDisposable {
  readonly connect: ConnectWorker;
}

export async function openPeer(settings: PeerSettings, note: (text: string) => void): Promise<PeerServers> {
  const kafka = await startKafka({ onMessage: note, settings: { 'compression.type': 'producer' } });
  try {
    const connect = await startConnect({ kafka: kafka.url, settings: settings.worker, onMessage: note });
    return {
      connect,
      [Symbol.asyncDispose]: async () => {
        await connect.stop();
        await kafka.stop();
      },
    };
  } catch (error) {
    await kafka.stop();
    throw error;
  }
}

export class Pipeline implements AsyncDisposable {
  readonly #source: string;
  readonly #sink: string;

  private constructor(
    private readonly connect: ConnectWorker,
    name: string,
  ) {
    this.#source = `${name}_source`;
    this.#sink = `${name}_sink`;
  }

  static async start(
    { connect }: PeerServers,
    { settings, world, from }: { readonly settings: PeerSettings; readonly world: World; readonly from: Side },
  ): Promise<Pipeline> {
    const pipeline = new Pipeline(connect, `${world.name}_${from}`);
    const { source, sink } = connectorsOf(settings, world, from);
    await connect.run(pipeline.#source, source);
    await connect.run(pipeline.#sink, sink);
    return pipeline;
  }

  /** From now on changes are a backlog in the source's log. */
  haltSource(): Promise<void> {
    return this.connect.halt(this.#source);
  }

  resumeSource(): Promise<void> {
    return this.connect.resume(this.#source);
  }

  /** A pipeline that failed would be waited for in vain. */
  async assertRuns(): Promise<void> {
    for (const name of [this.#source, this.#sink]) await this.connect.assertRuns(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [this.#source, this.#sink]) {
      await this.connect.halt(name);
      await this.connect.remove(name);
    }
  }
}
