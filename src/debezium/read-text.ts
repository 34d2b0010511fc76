/** Texts and bytes as Debezium writes them. Pure. Must not know messages. */
import type { DebeziumModes } from './modes.js';
import type { Json } from './read-json.js';
import type { ValueReader } from './value-reader.js';

/** The server's own text; `name` as Kafka Connect's schema has it, null for a plain string. */
export const stringOf = (name: string | null): ValueReader => ({
  written: { type: 'string', name },
  text: (value) => (typeof value === 'string' ? value : undefined),
});

/** `prefix`: what the server prints before the hexadecimal digits. */
export function bytesOf({ binary }: DebeziumModes, prefix: string): ValueReader {
  const encoding = binary === 'hex' ? 'hex' : 'base64';
  const text = (value: Json): string | undefined => {
    if (typeof value !== 'string') return undefined;
    const bytes = Buffer.from(value, encoding);
    return bytes.toString(encoding) === value ? `${prefix}${bytes.toString('hex')}` : undefined;
  };
  return { written: { type: binary === 'bytes' ? 'bytes' : 'string', name: null }, text };
}
