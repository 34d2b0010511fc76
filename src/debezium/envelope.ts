/**
 * One message of a connector, told apart by its form: a change, a transaction's begin or end, a message that was written into the
 * log, or nothing that counts. With a schema or without. Pure. Must not know tables, nor what a value means.
 */
import type { Dialect, SourcePlace } from './dialect.js';
import { invalid } from './invalid.js';
import { isObject, type Json, type JsonObject, readJson } from './read-json.js';

export interface InTransaction {
  readonly place: SourcePlace;
  /** The connector's count of the transaction's events, from 1. */
  readonly total: number;
  /** ms since 1970: when it committed. */
  readonly committedAt: number;
}

export interface RowEnvelope extends InTransaction {
  readonly kind: 'row';
  readonly op: 'c' | 'u' | 'd';
  /** `schema.table` */
  readonly table: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  /** How Kafka Connect names what each column was written as; null: the messages have no schema. */
  readonly columns: ReadonlyMap<string, JsonObject> | null;
}

/** What became of tables, where a connector tells of it. */
export interface TablesEnvelope {
  readonly kind: 'tables';
  /** Null: it cannot be told whether it was told before. */
  readonly place: SourcePlace | null;
  readonly changes: readonly { readonly table: string; readonly what: 'dropped' | 'made' | 'emptied' }[];
}

export type Envelope =
  | RowEnvelope
  | (InTransaction & { readonly kind: 'truncate'; readonly table: string })
  | (InTransaction & { readonly kind: 'message'; readonly prefix: string; readonly content: string })
  | TablesEnvelope
  | { readonly kind: 'begin'; readonly id: string }
  | { readonly kind: 'end'; readonly id: string; readonly count: number; readonly committedAt: number }
  /** A row read by a snapshot, a heartbeat, a tombstone, a message outside of transactions. */
  | { readonly kind: 'nothing' };

const nothing: Envelope = { kind: 'nothing' };

/** Throws `message_invalid` with the reason. `value`: null for a tombstone. */
export function readEnvelope(value: string | null, dialect: Dialect): Envelope {
  if (value === null) return nothing;
  const { payload, schema } = unwrapped(parsed(value));
  if (typeof payload['status'] === 'string') return boundary(payload);
  const { op } = payload;
  // A heartbeat has a time and nothing else.
  if (op === undefined && 'ts_ms' in payload && Object.keys(payload).length <= 3) return nothing;
  const source = payload['source'];
  if (!isObject(source)) throw invalid('it has no source, so it is no envelope (is a transform taking it apart?)');
  if (!dialect.connectors.includes(String(source['connector'])))
    throw invalid(`it comes from another connector than ${dialect.connectors.join(' or ')}`);
  if (op === undefined && Array.isArray(payload['tableChanges']))
    return tables(source, payload['tableChanges'], dialect);
  return op === 'r' ? nothing : event(payload, { source, schema, dialect });
}

interface EventParts {
  readonly source: JsonObject;
  readonly schema: JsonObject | null;
  readonly dialect: Dialect;
}

function event(payload: JsonObject, { source, schema, dialect }: EventParts): Envelope {
  const { op, before = null, after = null, message } = payload;
  const transaction = payload['transaction'] ?? null;
  const block = isObject(transaction) ? transaction : null;
  const place = dialect.place(source, block);
  if (place === null && op === 'm') return nothing;
  // Oracle's is a statement beside all transactions.
  if (op === 't' && block === null)
    return { kind: 'tables', place, changes: [{ table: tableOf(source), what: 'emptied' }] };
  if (place === null || block === null)
    throw invalid('it says nothing of its transaction (provide.transaction.metadata=true is needed)');
  const within = { place, total: count(block['total_order']), committedAt: committedAt(source) };
  if (op === 'm') return { ...within, kind: 'message', ...messageOf(message) };
  const table = tableOf(source);
  if (op === 't') return { ...within, kind: 'truncate', table };
  if (op !== 'c' && op !== 'u' && op !== 'd') throw invalid('its op is none that is known here');
  const images = { before: rowOf(before), after: rowOf(after) };
  return ownNames({ ...within, kind: 'row', op, table, ...images, columns: columnsOf(schema) }, dialect);
}

/** Where it is told apart from when the row was changed. */
function committedAt(source: JsonObject): number {
  return count(source['commit_ts_ms'] ?? source['ts_ms']);
}

const ownInCapitals = 'ISTHMUS.';

/** Our own tables are known by their names in small letters, whatever the server makes of them. */
function ownNames(row: RowEnvelope, { capitals }: Dialect): RowEnvelope {
  if (capitals !== true || !row.table.startsWith(ownInCapitals)) return row;
  const small = (image: JsonObject | null): JsonObject | null =>
    image && Object.fromEntries(Object.entries(image).map(([name, value]) => [name.toLowerCase(), value]));
  return { ...row, table: row.table.toLowerCase(), before: small(row.before), after: small(row.after) };
}

const whats: Readonly<Record<string, TablesEnvelope['changes'][number]['what']>> = {
  DROP: 'dropped',
  CREATE: 'made',
};

/** A snapshot tells how tables looked as if they were made just then. */
function tables(source: JsonObject, changes: readonly Json[], dialect: Dialect): Envelope {
  const { snapshot, gtid } = source;
  if (snapshot !== null && snapshot !== undefined && snapshot !== 'false') return nothing;
  const told = objects(changes).flatMap(({ id, type }) => {
    const match = typeof id === 'string' ? /^"(.*)"\."(.*)"$/.exec(id) : null;
    const what = whats[String(type)];
    return match === null || what === undefined ? [] : [{ table: `${match[1]}.${match[2]}`, what }];
  });
  const place = typeof gtid === 'string' ? dialect.place(source, { id: gtid }) : null;
  return { kind: 'tables', place, changes: told };
}

function boundary(payload: JsonObject): Envelope {
  const { status, id, event_count: events, ts_ms: at } = payload;
  if (typeof id !== 'string') throw invalid('a transaction has no id');
  if (status === 'BEGIN') return { kind: 'begin', id };
  if (status === 'END') return { kind: 'end', id, count: count(events), committedAt: count(at) };
  throw invalid('a transaction’s status is neither BEGIN nor END');
}

function messageOf(message: Json | undefined): { readonly prefix: string; readonly content: string } {
  if (!isObject(message)) throw invalid('it has no message');
  const { prefix, content } = message;
  if (typeof prefix !== 'string' || typeof content !== 'string') throw invalid('its message is of no known form');
  return { prefix, content };
}

/** Databases without schemas have their own name in its place. */
function tableOf(source: JsonObject): string {
  const { schema, db, table } = source;
  if (typeof table !== 'string') throw invalid('its source names no table');
  return `${typeof schema === 'string' ? schema : String(db)}.${table}`;
}

function rowOf(row: Json): JsonObject | null {
  if (row === null || isObject(row)) return row;
  throw invalid('a row image is no object');
}

/** Of the image before, or after: both are written the same way. */
function columnsOf(schema: JsonObject | null): ReadonlyMap<string, JsonObject> | null {
  if (schema === null) return null;
  const rows = objects(schema['fields']).find(({ field }) => field === 'after' || field === 'before');
  return new Map(objects(rows?.['fields']).map((field) => [String(field['field']), field]));
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function unwrapped(message: JsonObject): { readonly payload: JsonObject; readonly schema: JsonObject | null } {
  const { schema, payload } = message;
  if (payload === undefined || !('schema' in message)) return { payload: message, schema: null };
  if (!isObject(payload)) throw invalid('its payload is no object');
  return { payload, schema: isObject(schema) ? schema : null };
}

function parsed(value: string): JsonObject {
  try {
    const json = readJson(value);
    if (isObject(json)) return json;
  } catch {
    // Told below; the parser's message would show a part of the value.
  }
  throw invalid('its value is no JSON object (the converter must be JsonConverter)');
}

function count(value: Json | undefined): number {
  if (typeof value !== 'number' && typeof value !== 'string') throw invalid('a count or a time is missing');
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw invalid('a count or a time is no whole number');
  return number;
}
