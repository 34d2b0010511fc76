/**
 * One message of a change topic and how it is written: what the source's log says, in headers, and the record itself, as JSON
 * with fields by name, so that a reader with another mapping can tell what it lacks. Read also where it stands in an envelope for
 * others (`other-consumers.ts`): a message says itself which it is. Must not know a broker.
 */
import { IsthmusError } from '../base/errors.js';
import type { Change, CommitTime, Position } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import { parseRecordId, type RecordId, recordId, type State, type Value } from '../model/record.js';
import type { Echo } from '../ports/change-source.js';

export interface Stamp {
  /** Of the event in the source's log. */
  readonly source: Position;
  /** Among what the source said at that position, over all partitions: with `source` it names the message. */
  readonly index: number;
  readonly transaction: string;
  readonly committedAt: CommitTime;
  /** The source transaction has nothing more in this partition. */
  readonly last: boolean;
  readonly echo: Echo | null;
  /** How often the records had been divided anew when it was published: which partition has a change depends on that. */
  readonly division: number;
}

export type Body =
  | { readonly kind: 'change'; readonly change: Change }
  /** Of a transaction that changed nothing here (any more). */
  | { readonly kind: 'end' }
  | { readonly kind: 'mark'; readonly id: string }
  | { readonly kind: 'stop'; readonly entity: string; readonly reason: string };

export interface TopicMessage {
  readonly stamp: Stamp;
  readonly body: Body;
}

/** As a broker keeps it. */
export interface WireMessage {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of the value; a reader refuses others. */
const version = 1;

/** Of the envelope's member, or of the header, that has the value in a message for others too. */
export const payloadName = 'isthmus';

export function encodeMessage(entities: ReadonlyMap<string, Entity>, { stamp, body }: TopicMessage): WireMessage {
  const { source, index, transaction, committedAt, last, echo, division } = stamp;
  const headers = {
    position: source,
    index: String(index),
    transaction,
    committed: String(committedAt),
    ...(last ? { last: '1' } : {}),
    ...(echo === null ? {} : { echo: `${echo.lane}:${echo.number}` }),
    ...(division === 0 ? {} : { division: String(division) }),
  };
  const wrote = echo !== null && echo.wrote.size > 0 ? { wrote: encodeWrote(entities, echo.wrote) } : {};
  const key = body.kind === 'change' ? recordId(body.change) : null;
  return { key, headers, value: JSON.stringify({ v: version, ...encodeBody(entities, body), ...wrote }) };
}

function encodeBody(entities: ReadonlyMap<string, Entity>, body: Body): Readonly<Record<string, unknown>> {
  if (body.kind !== 'change') return { ...body };
  const { entity, key, before, after } = body.change;
  const fields = namesOf(entities, entity);
  return { kind: 'change', table: entity, key, before: byName(fields, before), after: byName(fields, after) };
}

function encodeWrote(entities: ReadonlyMap<string, Entity>, wrote: ReadonlyMap<RecordId, State>): unknown {
  return [...wrote].map(([id, state]) => {
    const { entity, key } = parseRecordId(id);
    return [entity, key, byName(namesOf(entities, entity), state)];
  });
}

function namesOf(entities: ReadonlyMap<string, Entity>, name: string): readonly string[] {
  const entity = entities.get(name);
  if (entity === undefined)
    throw new IsthmusError('invariant_broken', { message: `A change of ${name}, which is not mapped.` });
  return entity.fields.map(({ field }) => field);
}

function byName(names: readonly string[], state: State): Record<string, Value> | null {
  return state && Object.fromEntries(names.map((name, slot) => [name, state[slot] ?? null]));
}

/** Throws `message_invalid` with the reason where it is none of ours, or of a version or table that is not known here. */
export function decodeMessage(entities: ReadonlyMap<string, Entity>, wire: WireMessage): TopicMessage {
  const value = payloadOf(wire);
  if (value['v'] !== version) throw invalid(`its version is ${show(value['v'])}, and ${version} is what is known here`);
  return { stamp: decodeStamp(entities, wire.headers, value['wrote']), body: decodeBody(entities, value) };
}

function decodeStamp(
  entities: ReadonlyMap<string, Entity>,
  headers: Readonly<Record<string, string>>,
  wrote: unknown,
): Stamp {
  const text = (name: string): string => {
    const found = headers[name];
    if (found === undefined || found === '') throw invalid(`it has no header ${name}`);
    return found;
  };
  const whole = (name: string): number => {
    const number = Number(text(name));
    if (!Number.isSafeInteger(number)) throw invalid(`its header ${name} is no whole number`);
    return number;
  };
  return {
    source: text('position'),
    index: whole('index'),
    transaction: text('transaction'),
    committedAt: whole('committed'),
    last: headers['last'] === '1',
    echo: headers['echo'] === undefined ? null : decodeEcho(entities, headers['echo'], wrote),
    division: headers['division'] === undefined ? 0 : whole('division'),
  };
}

function decodeEcho(entities: ReadonlyMap<string, Entity>, header: string, wrote: unknown): Echo {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(header);
  if (match === null) throw invalid('its header echo is none of ours');
  const states = new Map<RecordId, State>();
  for (const [entity, key, state] of (wrote ?? []) as [string, string, Record<string, Value> | null][])
    if (entities.has(entity)) states.set(recordId({ entity, key }), stateOf(entities, entity, state));
  return { lane: Number(match[1]), number: Number(match[2]), wrote: states };
}

function decodeBody(entities: ReadonlyMap<string, Entity>, value: JsonObject): Body {
  const { kind, table, key, id, entity, reason } = value;
  if (kind === 'end') return { kind };
  if (kind === 'mark' && typeof id === 'string') return { kind, id };
  if (kind === 'stop' && typeof entity === 'string' && typeof reason === 'string') return { kind, entity, reason };
  if (kind !== 'change' || typeof table !== 'string' || typeof key !== 'string')
    throw invalid(`a ${show(kind)} of this form is not known here`);
  const before = stateOf(entities, table, value['before']);
  const after = stateOf(entities, table, value['after']);
  return { kind, change: { entity: table, key, before, after } };
}

/** Fields that the reader maps and the writer did not are null. */
function stateOf(entities: ReadonlyMap<string, Entity>, table: string, state: unknown): State {
  const entity = entities.get(table);
  if (entity === undefined) throw invalid(`the table ${table} is not mapped here`);
  if (state === null) return null;
  if (typeof state !== 'object' || state === undefined) throw invalid(`a state of ${table} is no object`);
  const values = new Map(Object.entries(state as Record<string, unknown>));
  return entity.fields.map(({ field }) => {
    const value = values.get(field) ?? null;
    if (value !== null && typeof value !== 'string') throw invalid(`${table}.${field} is no text image`);
    return value;
  });
}

function payloadOf({ value, headers }: WireMessage): JsonObject {
  const json = parsed(value ?? headers[payloadName] ?? '');
  const inner = json[payloadName];
  return 'v' in json || !isObject(inner) ? json : inner;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function parsed(value: string): JsonObject {
  try {
    const json: unknown = JSON.parse(value);
    if (isObject(json)) return json;
  } catch {
    // Told below; the parser's message would show a part of the value.
  }
  throw invalid('its value is no JSON object');
}

function show(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value).slice(0, 40) : 'missing part';
}

function invalid(why: string): IsthmusError {
  return new IsthmusError('message_invalid', { message: `A message of the topic cannot be read: ${why}.` });
}
