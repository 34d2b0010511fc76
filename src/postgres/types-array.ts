/** Arrays in PostgreSQL's text form, `{1,NULL,"a b"}`, to canonical ones and back. Must not know the element's type. */
import { type CanonicalArray, readArray, refusedElement, writeArray } from '../model/canonical.js';
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';
import { refuse } from '../model/refusal.js';
import type { SqlCodec } from '../sql/sql-codec.js';

export function arrayCodec(type: ColumnType, element: SqlCodec): SqlCodec {
  const isJson = type.element?.kind === 'json' || type.element?.kind === 'jsonb';
  return {
    fromText: (text) => {
      if (text.startsWith('['))
        return structural('a document’s array cannot begin at another index than the first', text);
      const array = new ArrayText(text, element).read();
      if (isJson && array.some((each) => Array.isArray(each)))
        return structural('in an array of JSON a further dimension cannot be told from a JSON array', text);
      const refused = refusedElement(array);
      if (refused !== null) return refuse({ kind: refused.kind, reason: `an element: ${refused.reason}`, image: text });
      return writeArray(array);
    },
    toText: (value) => writeText(readArray(value), element),
  };
}

function structural(reason: string, image: string): string {
  return refuse({ kind: 'structural', reason, image });
}

function writeText(array: CanonicalArray, element: SqlCodec): string {
  const items = array.map((each) => {
    if (each === null) return 'NULL';
    return typeof each === 'string' ? quote(element.toText(each)) : writeText(each, element);
  });
  return `{${items.join(',')}}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Trusts the server's syntax. */
class ArrayText {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly element: SqlCodec,
  ) {}

  read(): CanonicalArray {
    const items: (Value | CanonicalArray)[] = [];
    this.at++;
    while (this.text[this.at] !== '}') {
      if (this.at >= this.text.length) throw new Error('an array’s text ends too early');
      const letter = this.text[this.at];
      if (letter === '{') items.push(this.read());
      else if (letter === '"') items.push(this.element.fromText(this.quoted()));
      else if (letter === ',') this.at++;
      else items.push(this.bare());
    }
    this.at++;
    return items;
  }

  private quoted(): string {
    const start = ++this.at;
    let escaped = false;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw new Error('an array’s text ends too early');
      if (this.text[this.at] === '\\') {
        escaped = true;
        this.at++;
      }
      this.at++;
    }
    const raw = this.text.slice(start, this.at++);
    return escaped ? raw.replace(/\\([^])/g, '$1') : raw;
  }

  private bare(): Value {
    const start = this.at;
    while (this.text[this.at] !== ',' && this.text[this.at] !== '}') {
      if (this.at >= this.text.length) throw new Error('an array’s text ends too early');
      this.at++;
    }
    const raw = this.text.slice(start, this.at);
    return raw === 'NULL' ? null : this.element.fromText(raw);
  }
}
