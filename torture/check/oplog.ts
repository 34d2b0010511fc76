/**
 * Counts record events in MongoDB's oplog, by table and key, as far as a majority has it: what an election rolls back never counts.
 * Shares no code with the sync.
 */
import { type Document, type MongoClient, Timestamp } from 'mongodb';
import { keyOfId } from '../spell.js';
import { tables } from '../tables.js';
import type { EventCounts } from './event-counts.js';

interface Operation extends Document {
  readonly op: string;
  readonly ns: string;
  readonly o: Document;
  readonly o2?: Document;
}

export class Oplog {
  private readonly names: ReadonlyMap<string, string>;
  private from = new Timestamp({ t: 0, i: 0 });
  private reading: Promise<void> = Promise.resolve();

  constructor(
    database: string,
    private readonly counts: EventCounts,
  ) {
    this.names = new Map(tables.map(({ name }) => [`${database}.${name}`, name]));
  }

  /** Counting begins with what is written after this. */
  async prepare(client: MongoClient): Promise<void> {
    const reply = await client.db('admin').command({ ping: 1 });
    this.from = reply['operationTime'] as Timestamp;
  }

  /** Everything up to now that a majority has. Who asks while it is being read waits: two readers would count twice. */
  read(client: MongoClient): Promise<void> {
    const reading = this.reading.then(() => this.readOn(client));
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  private async readOn(client: MongoClient): Promise<void> {
    const namespaces = [...this.names.keys()];
    const cursor = client
      .db('local')
      .collection('oplog.rs')
      .find(
        {
          ts: { $gt: this.from },
          $or: [{ ns: { $in: namespaces } }, { 'o.applyOps.ns': { $in: namespaces } }],
        },
        { readConcern: { level: 'majority' }, projection: { ts: 1, op: 1, ns: 1, o: 1, o2: 1 } },
      );
    try {
      for await (const entry of cursor) {
        const operations = (entry['o'] as Document)['applyOps'] as Operation[] | undefined;
        for (const operation of operations ?? [entry as unknown as Operation]) this.count(operation);
        // Entry by entry, so that a cursor that is lost counts nothing twice.
        this.from = entry['ts'] as Timestamp;
      }
    } finally {
      await cursor.close().catch(() => undefined);
    }
  }

  private count({ op, ns, o, o2 }: Operation): void {
    const table = this.names.get(ns);
    if (table === undefined || !['i', 'u', 'd'].includes(op)) return;
    this.counts.add(table, keyOfId(op === 'u' ? o2?.['_id'] : o['_id']));
  }
}
