/**
 * The rare messages of pgoutput (protocol version 1) and its scalars, read from bytes. Tuples are read in `tuple.ts`,
 * since they are the hot path. Source: PostgreSQL documentation, "Logical Replication Message Formats".
 */

/** The first byte of a message. */
export const tag = {
  begin: 0x42,
  commit: 0x43,
  origin: 0x4f,
  relation: 0x52,
  type: 0x59,
  insert: 0x49,
  update: 0x55,
  delete: 0x44,
  truncate: 0x54,
  message: 0x4d,
} as const;

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
}

export interface RelationMessage {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** `f`: every old row comes whole. */
  readonly replicaIdentity: string;
  readonly columns: readonly RelationColumn[];
}

export interface BeginMessage {
  /** LSN of the commit record, 16 hex digits. */
  readonly lsnHex: string;
  /** Milliseconds since 1970. */
  readonly committedAt: number;
}

export interface LogicalMessage {
  readonly transactional: boolean;
  readonly prefix: string;
  readonly content: string;
}

/** 2000-01-01, from which PostgreSQL counts microseconds. */
const epochMs = 946_684_800_000;

export function readBegin(buffer: Buffer, at: number): BeginMessage {
  return { lsnHex: buffer.toString('hex', at + 1, at + 9), committedAt: readTime(buffer, at + 9) };
}

/** An int64 of microseconds since 2000 as milliseconds since 1970; exact up to the year 2285. */
export function readTime(buffer: Buffer, at: number): number {
  const microseconds = buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
  return Math.floor(microseconds / 1000) + epochMs;
}

export function readRelation(buffer: Buffer, at: number): RelationMessage {
  const oid = buffer.readUInt32BE(at + 1);
  const [schema, afterSchema] = readString(buffer, at + 5);
  const [table, afterTable] = readString(buffer, afterSchema);
  const replicaIdentity = String.fromCharCode(buffer[afterTable] as number);
  const count = buffer.readUInt16BE(afterTable + 1);
  const columns: RelationColumn[] = [];
  let position = afterTable + 3;
  for (let i = 0; i < count; i++) {
    const [name, end] = readString(buffer, position + 1);
    columns.push({ name, typeOid: buffer.readUInt32BE(end) });
    position = end + 8;
  }
  // An empty schema stands for pg_catalog.
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, table, replicaIdentity, columns };
}

export function readTruncate(buffer: Buffer, at: number): readonly number[] {
  const count = buffer.readUInt32BE(at + 1);
  return Array.from({ length: count }, (_, i) => buffer.readUInt32BE(at + 6 + 4 * i));
}

export function readMessage(buffer: Buffer, at: number): LogicalMessage {
  const transactional = ((buffer[at + 1] as number) & 1) === 1;
  const [prefix, end] = readString(buffer, at + 10);
  const length = buffer.readUInt32BE(end);
  return { transactional, prefix, content: buffer.toString('utf8', end + 4, end + 4 + length) };
}

function readString(buffer: Buffer, at: number): readonly [string, number] {
  const end = buffer.indexOf(0, at);
  return [buffer.toString('utf8', at, end), end + 1];
}
