/** For tests: writes the messages of pgoutput that the decoder reads. */

/** `undefined`: kept out of line and unchanged. */
export type Cell = string | null | undefined;

export interface DescribedColumn {
  readonly name: string;
  readonly typeOid?: number;
}

const epochMs = 946_684_800_000;

export const bytes = {
  begin: (lsn: bigint, committedAtMs: number): Buffer =>
    join('B', int64(lsn), int64(BigInt(committedAtMs - epochMs) * 1000n), int32(7)),
  commit: (lsn: bigint): Buffer => join('C', int8(0), int64(lsn), int64(lsn + 8n), int64(0n)),
  origin: (name: string): Buffer => join('O', int64(1n), text(name)),
  type: (oid: number, name: string): Buffer => join('Y', int32(oid), text('public'), text(name)),
  relation: (oid: number, name: string, columns: readonly DescribedColumn[], identity = 'f'): Buffer => {
    const [schema, table] = name.split('.') as [string, string];
    const described = columns.flatMap((column) => [int8(1), text(column.name), int32(column.typeOid ?? 25), int32(-1)]);
    return join('R', int32(oid), text(schema), text(table), Buffer.from(identity), int16(columns.length), ...described);
  },
  insert: (oid: number, row: readonly Cell[]): Buffer => join('I', int32(oid), Buffer.from('N'), tuple(row)),
  update: (oid: number, old: readonly Cell[] | null, row: readonly Cell[], kind: 'O' | 'K' = 'O'): Buffer =>
    join('U', int32(oid), ...(old === null ? [] : [Buffer.from(kind), tuple(old)]), Buffer.from('N'), tuple(row)),
  delete: (oid: number, old: readonly Cell[], kind: 'O' | 'K' = 'O'): Buffer =>
    join('D', int32(oid), Buffer.from(kind), tuple(old)),
  truncate: (oids: readonly number[]): Buffer => join('T', int32(oids.length), int8(0), ...oids.map(int32)),
  message: (prefix: string, content: string, transactional = true): Buffer =>
    join(
      'M',
      int8(transactional ? 1 : 0),
      int64(1n),
      text(prefix),
      int32(Buffer.byteLength(content)),
      Buffer.from(content),
    ),
};

function tuple(row: readonly Cell[]): Buffer {
  const cells = row.map((cell) => {
    if (cell === null) return Buffer.from('n');
    if (cell === undefined) return Buffer.from('u');
    return Buffer.concat([Buffer.from('t'), int32(Buffer.byteLength(cell)), Buffer.from(cell)]);
  });
  return Buffer.concat([int16(row.length), ...cells]);
}

function join(tag: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(tag), ...parts]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from(value), Buffer.alloc(1)]);
}

function int8(value: number): Buffer {
  return Buffer.from([value]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}
