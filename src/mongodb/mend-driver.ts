/**
 * Mends what the driver (7.9) gets wrong: where the socket cannot take a command at once, its sender waits for `drain` or
 * `error`. A connection that is given up meanwhile (no answer in time, a pool that is cleared) has its socket destroyed
 * without an error: neither comes, and the sender waits for ever, past every limit. Once woken it sees that the
 * connection is closed. Must not know who uses the driver.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  cleanup(this: Connection, error: Error): void;
}

let mended = false;

/** Of this process's driver, once; to be called before the first connection. */
export function mendDriver(): void {
  if (mended) return;
  mended = true;
  const driver = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
    readonly Connection: { readonly prototype: Connection };
  };
  const { prototype } = driver.Connection;
  const { cleanup } = prototype;
  prototype.cleanup = function cleanUpAndWake(error) {
    cleanup.call(this, error);
    this.socket.emit('drain');
  };
}
