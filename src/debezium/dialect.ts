/**
 * What one of Debezium's connectors says of where an event stands in its database's log. Pure. Must not know rows.
 * Places are texts that sort by `<`; the empty one stands before all.
 */
import type { JsonObject } from './read-json.js';

export interface SourcePlace {
  /** The source transaction's own name, the same whenever it is told. */
  readonly transaction: string;
  /** Among the transaction's events; several may have the same one, and then stand in the order in which they come. */
  readonly at: string;
  /** What `isBeyond` goes by; null: the connector has just begun and cannot say. */
  readonly bound: string | null;
}

export interface TransactionNumber {
  /** Numbers of different streams cannot be compared. */
  readonly stream: string;
  readonly number: bigint;
}

export interface Dialect {
  /** `source.connector` of its events. */
  readonly connectors: readonly string[];
  /** Names that were written without quotes are told in capitals: our own tables' too. */
  readonly capitals?: true;
  /** Of a change or a message; null: it stands in no transaction. Throws `message_invalid`. */
  place(source: JsonObject, transaction: JsonObject | null): SourcePlace | null;
  /**
   * Which of all of the log's transactions BEGIN tells of, numbered without a gap; null, or left out: they have no such numbers.
   */
  numberOf?(id: string): TransactionNumber | null;
  /** The same, of what stands at a place. */
  numberAt?(commit: string): TransactionNumber | null;
  /** A transaction's own name, of what BEGIN and END say. Throws `message_invalid`. */
  transactionOf(id: string): string;
  /** Where a transaction commits, of what its END says and of its last event, if there was one; null: it cannot be told. */
  commitOf(id: string, last: Pick<SourcePlace, 'at' | 'bound'> | null): string | null;
  /** Where a transaction committed at the latest, of which no END was read, of its last event and the first one of the next. */
  endedBefore(last: Pick<SourcePlace, 'at' | 'bound'>, next: SourcePlace): string | null;
  /** Whether the event's transaction commits after `last`, which is not empty; null: only its END will tell. */
  isBeyond(place: SourcePlace, last: string): boolean | null;
  /** A commit place as a number that grows along the log. */
  orderOf(commit: string): bigint;
}
