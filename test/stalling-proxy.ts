/**
 * Stands between a browser and the API and can leave answers unfinished: their first half arrives, and nothing after it.
 * Must not know what is asked.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StallingProxy {
  readonly url: string;
  /** Answers to `GET` of this path that were left unfinished. */
  readonly stalled: number;
  /** From now on what is read there is not finished. */
  stall(path: string): void;
  close(): Promise<void>;
}

export async function stallingProxy(target: string): Promise<StallingProxy> {
  let path: string | null = null;
  let stalled = 0;
  const listener = createServer((asked, answer) => {
    const upstream = request(new URL(asked.url ?? '/', target), { method: asked.method, headers: asked.headers });
    upstream.on('error', () => answer.destroy());
    upstream.on('response', (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      if (asked.method !== 'GET' || asked.url !== path) return void found.pipe(answer);
      stalled += 1;
      void firstHalf(found, answer);
    });
    answer.on('close', () => upstream.destroy());
    asked.pipe(upstream);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    get stalled() {
      return stalled;
    },
    stall: (wanted) => {
      path = wanted;
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function firstHalf(found: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = Buffer.concat(await found.toArray());
  answer.write(body.subarray(0, body.length / 2));
}
