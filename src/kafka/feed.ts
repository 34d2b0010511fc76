/**
 * What a consumer has fetched of one partition and its reader has not taken yet: a bounded queue, from exactly the offset that
 * the reader asked for. Must not know what a message says.
 */
import { IsthmusError } from '../base/errors.js';

export interface RawMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

/** What one fetch brought of the partition. */
export interface Fetched {
  /** The offset that the fetch asked for. */
  readonly asked: string;
  readonly messages: readonly RawMessage[];
  /** Of the last message, also if it was none for readers. */
  readonly lastOffset: string;
  /** The offset that the next message of the partition will have. */
  readonly end: string;
}

/** What the consumer does for a feed. Nothing happens where the partition is not assigned. */
export interface FeedControl {
  /** The next fetch asks for this offset. */
  seek(offset: string): void;
  pause(): void;
  resume(): void;
}

const bytesMost = 1_000_000;
const messagesMost = 2_000;
/** Given in one go: decoding them is done without a pause, in which nobody else's changes move. */
const portion = 500;

export class Feed {
  private queue: RawMessage[] = [];
  private bytes = 0;
  /** Of the next message; null: nobody reads. */
  private expected: bigint | null = null;
  private full = false;
  private wake: (() => void) | null = null;
  private failure: IsthmusError | null = null;
  private end = 0n;
  /** Up to here the reader needs nothing again. */
  acknowledged: bigint | null = null;

  constructor(private readonly control: FeedControl) {}

  /** From now on the messages from `offset` on are wanted. */
  open(offset: bigint): void {
    this.forget();
    this.expected = offset;
    this.control.seek(String(offset));
    this.control.resume();
  }

  close(): void {
    this.forget();
    this.expected = null;
    this.control.pause();
    this.wake?.();
  }

  /** The partition was assigned (again): fetching begins where the reader is. */
  assigned(): void {
    if (this.expected === null) return this.control.pause();
    this.control.seek(String(this.expected));
    if (this.full) this.control.pause();
    else this.control.resume();
  }

  /** False: it is not what was asked for, or nobody asks. */
  offer(fetched: Fetched): boolean {
    if (this.expected === null) return false;
    if (BigInt(fetched.asked) !== this.expected) {
      this.control.seek(String(this.expected));
      return false;
    }
    for (const message of fetched.messages) {
      this.queue.push(message);
      this.bytes += sizeOf(message);
    }
    this.expected = BigInt(fetched.lastOffset) + 1n;
    this.end = BigInt(fetched.end);
    if (!this.full && (this.bytes >= bytesMost || this.queue.length >= messagesMost)) {
      this.full = true;
      this.control.pause();
    }
    this.wake?.();
    return true;
  }

  /** What waits, at least one; rejects with what the feed failed of, or when it is closed. */
  async next(): Promise<readonly RawMessage[]> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      if (this.expected === null) throw new IsthmusError('transient', { message: 'The topic’s reader was closed.' });
      if (this.queue.length > 0) return this.take();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private take(): readonly RawMessage[] {
    const taken = this.queue.slice(0, portion);
    this.queue = this.queue.slice(portion);
    this.bytes -= taken.reduce((sum, message) => sum + sizeOf(message), 0);
    if (this.full && this.bytes <= bytesMost / 2 && this.queue.length <= messagesMost / 2) {
      this.full = false;
      this.control.resume();
    }
    return taken;
  }

  fail(error: IsthmusError): void {
    this.failure = error;
    this.wake?.();
  }

  /** The offset that is asked for next; null: nobody reads. */
  get wanted(): bigint | null {
    return this.expected;
  }

  /** Messages of the partition that the reader has not been given, as of the last fetch. */
  get waiting(): number {
    if (this.expected === null) return 0;
    const left = this.end - this.expected;
    return this.queue.length + (left > 0n ? Number(left) : 0);
  }

  private forget(): void {
    this.queue = [];
    this.bytes = 0;
    this.full = false;
    this.failure = null;
    this.acknowledged = null;
  }
}

function sizeOf({ key, value }: RawMessage): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + 200;
}
