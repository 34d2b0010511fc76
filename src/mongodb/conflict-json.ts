/** A stored conflict as JSON: extended JSON only where JSON has no such value. Must not know the database. */
import { BSON, type Document } from 'mongodb';

/** These are dates in every stored conflict, so they need no type beside them. */
const times = ['created_at', 'resolvedAt'];

export function conflictJson(stored: Document): Readonly<Record<string, unknown>> {
  const json = plain(BSON.EJSON.serialize(stored, { relaxed: false })) as Record<string, unknown>;
  for (const name of times) json[name] = isoOf(json[name]);
  for (const name of ['sqlEvent', 'mongoEvent']) {
    const event = json[name] as Record<string, unknown> | null | undefined;
    if (event) event['timestamp'] = isoOf(event['timestamp']);
  }
  return json;
}

function isoOf(value: unknown): unknown {
  const date = (value as { $date?: unknown } | null)?.$date;
  return typeof date === 'string' ? date : value;
}

/** Canonical extended JSON, with the wrappings taken off that JSON does not need: small integers, finite doubles, dates that have an ISO form. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const bare = unwrapped(first[0], first[1]);
    if (bare !== undefined) return bare;
  }
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

function unwrapped(name: string, inner: unknown): unknown {
  if (name === '$numberInt') return Number(inner);
  if (name === '$numberLong' && Number.isSafeInteger(Number(inner))) return Number(inner);
  if (name === '$numberDouble' && Number.isFinite(Number(inner)) && inner !== '-0.0') return Number(inner);
  if (name !== '$date') return undefined;
  const ms = typeof inner === 'string' ? Date.parse(inner) : Number((inner as { $numberLong?: string }).$numberLong);
  return Math.abs(ms) <= 8.64e15 ? { $date: new Date(ms).toISOString() } : undefined;
}
