/**
 * Stands between the sync and PostgreSQL and can hold back what the replication connection brings, so that one link lags
 * while everything else goes on, or be cut altogether. Must not know the sync.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface LaggingProxy {
  readonly url: string;
  /** From now on nothing of the log arrives. */
  hold(): void;
  release(): void;
  /** Every connection stays, is made anew too, and brings no answer any more. */
  mute(): void;
  /** Every connection ends and none begins. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function laggingProxy(target: string): Promise<LaggingProxy> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  let held = false;
  let broken = false;
  let mute = false;
  const listener = createServer((client) => {
    if (broken) return void client.destroy();
    const upstream = connect(Number(server.port), server.hostname);
    client.once('data', (startup) => {
      // The startup message of a walsender asks for replication; all other connections go on.
      if (!startup.includes('replication')) return;
      streams.add(upstream);
      if (held) upstream.pause();
    });
    client.pipe(upstream);
    upstream.pipe(client);
    if (mute) upstream.pause();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        streams.delete(socket);
        (socket === client ? upstream : client).destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((listener.address() as AddressInfo).port);
  const turn = (on: boolean): void => {
    held = on;
    for (const stream of streams) {
      if (on) stream.pause();
      else stream.resume();
    }
  };
  return {
    url: url.href,
    hold: () => turn(true),
    release: () => turn(false),
    mute: () => {
      mute = true;
      for (const socket of sockets) socket.pause();
    },
    cut: () => {
      broken = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      broken = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
}
