/** Messages of a change topic that could not be read: kept with their place, since what they said did not cross. Idempotent. */

export interface UnreadableMessage {
  readonly topic: string;
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
  /** For a person, without values. */
  readonly reason: string;
}

export interface UnreadableStore {
  keep(message: UnreadableMessage): Promise<void>;
  count(): Promise<number>;
  /** Newest first. */
  list(limit: number): Promise<readonly (UnreadableMessage & { readonly at: number })[]>;
}
