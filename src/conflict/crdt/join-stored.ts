/** Joins the CRDT states that both sides hold in a json or jsonb column. Must not know rules; the ancestor is not needed. */
import { isIsthmusError } from '../../base/errors.js';
import { canonicalJson, type JsonNode, JsonNumber } from '../../model/canonical-json.js';
import { isIntegerText } from '../../model/canonical-number.js';
import type { FieldAnswer } from '../field-case.js';
import { merge, parse } from './any-state.js';
import type { Crdt } from './state.js';

export interface StoredStates {
  readonly sql: JsonNode;
  readonly mongodb: JsonNode;
  /** The kinds of state that the rule takes. */
  readonly kinds: readonly Crdt['crdt'][];
}

/** Whether a JSON value says of itself that it is CRDT state. */
export function saysCrdt(node: JsonNode): boolean {
  return node instanceof Map && node.has('crdt');
}

export function joinStored({ sql, mongodb, kinds }: StoredStates): FieldAnswer {
  if (!saysCrdt(sql) || !saysCrdt(mongodb))
    return { decided: false, reason: 'one side holds CRDT state and the other does not' };
  try {
    const [a, b] = [parse(plainOf(sql)), parse(plainOf(mongodb))];
    if (!kinds.includes(a.crdt) || !kinds.includes(b.crdt))
      return { decided: false, reason: `the rule joins ${kinds.join(' and ')} states only` };
    return { decided: true, value: canonicalJson(JSON.stringify(merge(a, b))) };
  } catch (error) {
    if (!isIsthmusError(error, 'crdt_invalid')) throw error;
    return { decided: false, reason: `the CRDT states cannot be joined (${error.message.replace(/\.$/, '')})` };
  }
}

/** Numbers that a double would round become NaN, which no state may hold. */
function plainOf(node: JsonNode): unknown {
  if (node instanceof JsonNumber) return isIntegerText(node.text) ? exactNumber(node.text) : Number.NaN;
  if (node instanceof Map)
    return Object.fromEntries([...(node as ReadonlyMap<string, JsonNode>)].map(([key, each]) => [key, plainOf(each)]));
  return Array.isArray(node) ? (node as readonly JsonNode[]).map(plainOf) : node;
}

function exactNumber(text: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : Number.NaN;
}
