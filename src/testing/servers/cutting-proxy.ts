/** For tests: stands between the driver and the server and cuts the connection at the answer to a chosen statement. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly url: string;
  /** The next statement whose text contains this reaches the server; its answer does not come back. */
  cutAnswerTo(text: string): void;
  /** Whether the chosen statement came by. */
  readonly cuts: number;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  let wanted: string | null = null;
  let cuts = 0;
  const listener = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    let silent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (data) => {
      if (wanted !== null && data.includes(wanted)) {
        silent = true;
        wanted = null;
        cuts += 1;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (silent) client.destroy();
      else client.write(data);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAnswerTo: (text) => {
      wanted = text;
    },
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
}
