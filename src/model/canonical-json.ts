/**
 * JSON values in canonical form: keys sorted, numbers plain and exact, the last of twofold keys (as jsonb does).
 * Must not know BSON. JSON.parse alone would round numbers, so it is used only where that cannot happen.
 */
import { decimalOfNumber, fitsDecimal128, plainDecimal } from './canonical-number.js';

export class JsonNumber {
  /** `text` is a plain decimal. */
  constructor(readonly text: string) {}
}

export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | ReadonlyMap<string, JsonNode>;

/** Why a JSON value cannot cross; the message has no part of the value. */
export class JsonProblem extends Error {}

/** MongoDB's own limit of nested documents and arrays. */
export const maxDepth = 100;

const mayLose = /[\d.]{16}|\d[eE]|\\u[dD]|\\u0000/;

/** JSON text → canonical text. Throws `JsonProblem`. */
export function canonicalJson(text: string): string {
  return mayLose.test(text) ? printJson(parseJson(text)) : printParsed(JSON.parse(text), 0);
}

/** Of what JSON.parse made. */
function printParsed(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return decimalOfNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(value)) return `[${value.map((each) => printParsed(each, depth + 1)).join(',')}]`;
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${printParsed(object[key], depth + 1)}`).join(',')}}`;
}

export function printJson(node: JsonNode): string {
  if (node === null || typeof node === 'boolean') return String(node);
  if (typeof node === 'string') return JSON.stringify(node);
  if (node instanceof JsonNumber) return node.text;
  if (node instanceof Map) {
    const keys = [...(node as ReadonlyMap<string, JsonNode>).keys()].sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${printJson(node.get(key) as JsonNode)}`).join(',')}}`;
  }
  return `[${(node as readonly JsonNode[]).map(printJson).join(',')}]`;
}

/** Valid JSON → nodes. Throws `JsonProblem` for what MongoDB could not hold. */
export function parseJson(text: string): JsonNode {
  return new Parser(text).value(0);
}

/** Any number's text → canonical, if MongoDB can hold it exactly as some type. */
export function jsonNumber(text: string): string {
  const plain = plainDecimal(text);
  if (plain !== undefined && (fitsDecimal128(plain) || decimalOfNumber(Number(plain)) === plain)) return plain;
  throw new JsonProblem('it holds a number with more digits than Decimal128 has');
}

/** A string or a key: what neither jsonb nor BSON holds is refused. */
export function jsonString(text: string): string {
  if (text.includes('\u0000')) throw new JsonProblem('it holds the character NUL');
  if (/\p{Surrogate}/u.test(text)) throw new JsonProblem('it holds half of a surrogate pair');
  return text;
}

export function tooDeep(): JsonProblem {
  return new JsonProblem(`it is nested more than ${maxDepth} levels deep`);
}

/** PostgreSQL has checked the syntax already, so this trusts it. */
class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): JsonNode {
    switch (this.peek()) {
      case '{':
        return this.object(depth + 1);
      case '[':
        return this.array(depth + 1);
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonNode {
    if (depth > maxDepth) throw tooDeep();
    const map = new Map<string, JsonNode>();
    this.at++;
    while (this.peek() !== '}') {
      const key = this.string();
      this.expect(':');
      map.set(key, this.value(depth));
      if (this.peek() === ',') this.at++;
    }
    this.at++;
    return map;
  }

  private array(depth: number): JsonNode {
    if (depth > maxDepth) throw tooDeep();
    const items: JsonNode[] = [];
    this.at++;
    while (this.peek() !== ']') {
      items.push(this.value(depth));
      if (this.peek() === ',') this.at++;
    }
    this.at++;
    return items;
  }

  private string(): string {
    this.expect('"');
    const start = this.at;
    let escaped = false;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw new JsonProblem('it is not JSON');
      if (this.text[this.at] === '\\') {
        escaped = true;
        this.at++;
      }
      this.at++;
    }
    const raw = this.text.slice(start, this.at++);
    return jsonString(escaped ? (JSON.parse(`"${raw}"`) as string) : raw);
  }

  private number(): JsonNode {
    const start = this.at;
    while (this.at < this.text.length && '+-.eE0123456789'.includes(this.text[this.at] as string)) this.at++;
    if (start === this.at) throw new JsonProblem('it is not JSON');
    return new JsonNumber(jsonNumber(this.text.slice(start, this.at)));
  }

  private word<T>(word: string, value: T): T {
    this.at += word.length;
    return value;
  }

  private expect(letter: string): void {
    if (this.peek() !== letter) throw new JsonProblem('it is not JSON');
    this.at++;
  }

  /** The next character that is no white space. */
  private peek(): string {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++;
    return this.text[this.at] ?? '';
  }
}
