/**
 * Changes of a side as Debezium's envelopes, for consumers that know nothing of us; what our own workers read goes along as one more
 * member. One for each reading of a log: it counts a transaction's events. Must not know topics, nor how a payload is read.
 */
import type { Clock } from '../base/clock.js';
import type { Change, CommitTime } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import type { Side } from '../model/side.js';
import { RowWriter } from './row-writer.js';

/** A change and what is known of where it comes from. */
export interface ToldChange {
  readonly change: Change;
  /** Where its part of the transaction stands in the source's log, as a number. */
  readonly order: bigint;
  readonly transaction: string;
  readonly committedAt: CommitTime;
}

export interface EnvelopeOptions {
  readonly side: Side;
  /** `source.connector`: what consumers take the rows to be written by. */
  readonly connector: string;
  /** As Debezium calls a connector's `topic.prefix`. */
  readonly name: string;
  /** Our own. */
  readonly version: string;
  readonly database: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Pick<Clock, 'now'>;
}

export class EnvelopeWriter {
  private readonly rows: ReadonlyMap<string, RowWriter>;
  private readonly counter = new TransactionCounter();

  constructor(private readonly options: EnvelopeOptions) {
    const { entities, side } = options;
    this.rows = new Map([...entities].map(([name, entity]) => [name, new RowWriter(entity, side)]));
  }

  /** `payload`: the member `isthmus`, as JSON text. */
  write(told: ToldChange, payload: string): { readonly key: string; readonly value: string } {
    const { change, transaction } = told;
    const row = this.rows.get(change.entity);
    if (row === undefined) throw new Error(`a change of ${change.entity}, which is not mapped`);
    const { key, before, after } = row.write(change);
    const op = change.after === null ? 'd' : change.before === null ? 'c' : 'u';
    const counted = JSON.stringify(this.counter.count(transaction, change.entity));
    const rest = `"source":${this.source(told)},"transaction":${counted},"op":"${op}","ts_ms":${this.options.clock.now()}`;
    return { key, value: `{"before":${before},"after":${after},${rest},"isthmus":${payload}}` };
  }

  /** A place may have more digits than a double holds. */
  private source({ change, order, committedAt }: ToldChange): string {
    const { side, version, connector, name, database, entities } = this.options;
    const { schema, table, collection } = entities.get(change.entity) as Entity;
    const common = { version, connector, name, ts_ms: committedAt, snapshot: 'false', db: database };
    const [where, place] = side === 'sql' ? [{ schema, table, txId: null }, 'lsn'] : [{ collection }, 'cluster_time'];
    return `${JSON.stringify({ ...common, ...where }).slice(0, -1)},"${place}":${order}}`;
  }
}

interface Counted {
  readonly id: string;
  readonly total_order: number;
  readonly data_collection_order: number;
}

class TransactionCounter {
  private current: string | null = null;
  /** The transaction's beginning was not seen. */
  private partial = true;
  private total = 0;
  private readonly tables = new Map<string, number>();

  /** Null: the first transaction may have begun before. */
  count(transaction: string, table: string): Counted | null {
    if (transaction !== this.current) {
      this.partial = this.current === null;
      this.current = transaction;
      this.total = 0;
      this.tables.clear();
    }
    const ofTable = (this.tables.get(table) ?? 0) + 1;
    this.tables.set(table, ofTable);
    this.total += 1;
    return this.partial ? null : { id: transaction, total_order: this.total, data_collection_order: ofTable };
  }
}
