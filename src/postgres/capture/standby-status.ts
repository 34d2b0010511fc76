/** The messages of the replication stream around the data: keepalives from the server, status replies to it. */
import { readTime } from '../decode/wire.js';

/** `w`: data that begins at `dataAt`; `k`: a keepalive. */
export const frameTag = { data: 0x77, keepalive: 0x6b } as const;

export const dataAt = 25;

/** How far the server has sent. */
export function walEnd(frame: Buffer): bigint {
  return frame.readBigUInt64BE(frame[0] === frameTag.data ? 9 : 1);
}

export function replyRequested(keepalive: Buffer): boolean {
  return keepalive[17] === 1;
}

/**
 * `flushed` 0 says nothing of it: a server that shuts down waits until what it sent is flushed, or, if nothing was
 * said of that, until it is written. So an acknowledgement is followed by a status without one.
 */
export function statusMessage(status: {
  readonly written: bigint;
  readonly flushed: bigint;
  readonly nowMs: number;
}): Buffer {
  const message = Buffer.alloc(34);
  message[0] = 0x72;
  message.writeBigUInt64BE(status.written, 1);
  message.writeBigUInt64BE(status.flushed, 9);
  message.writeBigUInt64BE(status.flushed, 17);
  message.writeBigInt64BE(BigInt(Math.trunc(status.nowMs) - readTime(Buffer.alloc(8), 0)) * 1000n, 25);
  return message;
}
