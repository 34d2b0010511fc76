/** Reads as much of pgoutput (protocol version 1) as tells which records a transaction wrote. Shares no code with the product. */
import { tableNamed } from '../tables.js';

export interface LoggedTransaction {
  readonly endLsn: bigint;
  readonly events: readonly { readonly table: string; readonly key: string }[];
}

interface Relation {
  readonly table: string;
  readonly columns: readonly string[];
}

const [insert, update, remove] = ['I', 'U', 'D'];

export class PgoutputReader {
  readonly transactions: LoggedTransaction[] = [];
  private readonly relations = new Map<number, Relation>();
  private events: { table: string; key: string }[] = [];

  message(data: Buffer): void {
    const kind = String.fromCharCode(data[0] as number);
    if (kind === 'B') this.events = [];
    // After the kind: flags (1), the commit's place (8), the transaction's end (8).
    else if (kind === 'C') this.transactions.push({ endLsn: data.readBigUInt64BE(10), events: this.events });
    else if (kind === 'R') this.relate(new Cursor(data, 1));
    else if (kind === insert || kind === update || kind === remove) this.event(new Cursor(data, 1), kind);
  }

  private relate(cursor: Cursor): void {
    const id = cursor.int32();
    cursor.text();
    const table = cursor.text();
    cursor.skip(1);
    const columns = Array.from({ length: cursor.int16() }, () => {
      cursor.skip(1);
      const name = cursor.text();
      cursor.skip(8);
      return name;
    });
    this.relations.set(id, { table, columns });
  }

  private event(cursor: Cursor, kind: string): void {
    const relation = this.relations.get(cursor.int32());
    if (relation === undefined) throw new Error('a change of a table that the log has not told of');
    const before = cursor.byte() === 'N' ? null : cursor.tuple();
    const tuple = kind === remove || before === null ? (before ?? cursor.tuple()) : afterOf(cursor);
    const { table, columns } = relation;
    const key = tableNamed(table).key.map(({ name }) => tuple[columns.indexOf(name)] ?? '');
    this.events.push({ table, key: key.join('/') });
  }
}

/** The row after an update, which stands behind the one before. */
function afterOf(cursor: Cursor): (string | null)[] {
  cursor.skip(1);
  return cursor.tuple();
}

class Cursor {
  constructor(
    private readonly data: Buffer,
    private at: number,
  ) {}

  skip(bytes: number): void {
    this.at += bytes;
  }

  byte(): string {
    return String.fromCharCode(this.data[this.at++] as number);
  }

  int16(): number {
    this.at += 2;
    return this.data.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.data.readInt32BE(this.at - 4);
  }

  /** Ends with a NUL. */
  text(): string {
    const end = this.data.indexOf(0, this.at);
    const text = this.data.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }

  /** Null, too, for a value that was not sent: keys are always sent. */
  tuple(): (string | null)[] {
    return Array.from({ length: this.int16() }, () => {
      if (this.byte() !== 't') return null;
      const length = this.int32();
      this.at += length;
      return this.data.toString('utf8', this.at - length, this.at);
    });
  }
}
