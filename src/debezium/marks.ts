/** Marks of ours as the log carries them: a message that was written into it, or a row where a server has no such messages. */
import type { Envelope } from './envelope.js';
import type { DebeziumModes } from './modes.js';

export interface MarkOptions {
  /** The sync's name. */
  readonly name: string;
  readonly modes: DebeziumModes;
}

const marksTable = 'isthmus.marks';

/** Null: it is none of ours. */
export function markOf(envelope: Envelope, { name, modes }: MarkOptions): string | null {
  if (envelope.kind === 'message')
    return envelope.prefix === `isthmus_${name}` ? textOf(envelope.content, modes) : null;
  if (envelope.kind !== 'row' || envelope.table !== marksTable || envelope.after?.['name'] !== name) return null;
  const { id } = envelope.after;
  return typeof id === 'string' ? id : null;
}

function textOf(content: string, { binary }: DebeziumModes): string {
  return Buffer.from(content, binary === 'hex' ? 'hex' : 'base64').toString();
}
