/** Reads `text/event-stream`: whole frames out of pieces of text. Pure. */

export interface EventFrame {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

/** A frame that never ends is not ours. */
const longest = 4_000_000;

export class EventFrames {
  private rest = '';

  /** The frames that end in this piece; comments are left out. Throws where a frame is too long. */
  take(text: string): EventFrame[] {
    const parts = (this.rest + text.replaceAll('\r\n', '\n')).split('\n\n');
    this.rest = parts.pop() ?? '';
    if (this.rest.length > longest) throw new Error('A live event is too long.');
    return parts.flatMap((part) => frameOf(part) ?? []);
  }
}

function frameOf(part: string): EventFrame | null {
  let id: string | null = null;
  let type = 'message';
  const data: string[] = [];
  for (const line of part.split('\n')) {
    const at = line.indexOf(':');
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '');
    if (name === 'id') id = value;
    else if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }
  return data.length === 0 ? null : { id, type, data: data.join('\n') };
}
