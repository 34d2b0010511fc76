/** A topic of one partition, as the reading of a connector's messages needs it. Must not know a broker. */

export interface RawTopicMessage {
  /** Decimal. */
  readonly offset: string;
  readonly value: Buffer | null;
}

export interface TopicReader {
  /** What waits, at least one; rejects when it is closed. Never called twice at once. */
  next(): Promise<readonly RawTopicMessage[]>;
  close(): Promise<void>;
}

export interface TopicLog {
  readonly topic: string;
  /** Of the first message that is there, and of the next one that will be. */
  bounds(): Promise<{ readonly low: bigint; readonly high: bigint }>;
  /** Throws `topic_lost` where the topic does not have what is asked for. */
  open(from: bigint): Promise<TopicReader>;
}
