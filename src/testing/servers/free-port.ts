/** Finds a free port on the loopback address, and tells whether somebody listens on one. Must not know which server will use it. */
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { IsthmusError } from '../../base/errors.js';

/**
 * Below the range that systems give to outgoing connections: a server that was killed and is started again on its
 * old port must not find a client's connection there.
 */
const lowestPort = 20_000;
const highestPort = 32_000;
const attempts = 100;

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowestPort, highestPort);
    if (await isFree(port)) return port;
  }
  throw new IsthmusError('embedded_server_failed', { message: 'No free port was found on 127.0.0.1.' });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Quicker than a driver, which pauses after a refused connection. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', tell(true)).once('error', tell(false));
  });
}
