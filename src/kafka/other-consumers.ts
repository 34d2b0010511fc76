/**
 * A message of a change topic in a form that those understand who know nothing of us: a change as somebody's envelope, with what our
 * workers read inside; of all others the value is null, as a tombstone's, which consumers of changes pass over. Must not know the envelope.
 */
import type { Change, CommitTime, Position } from '../model/change.js';
import { payloadName, type TopicMessage, type WireMessage } from './topic-message.js';

export interface EnvelopedChange {
  readonly change: Change;
  /** Of its part of the transaction, in the source's log. */
  readonly position: Position;
  readonly transaction: string;
  readonly committedAt: CommitTime;
}

/** Called for each change in the order of the log. The value is a JSON object that has the payload, JSON itself, as the member `isthmus`. */
export type WriteEnvelope = (
  told: EnvelopedChange,
  payload: string,
) => { readonly key: string; readonly value: string };

export function forOtherConsumers({ stamp, body }: TopicMessage, wire: WireMessage, write: WriteEnvelope): WireMessage {
  const payload = wire.value as string;
  if (body.kind !== 'change') return { key: null, value: null, headers: { ...wire.headers, [payloadName]: payload } };
  const { source: position, transaction, committedAt } = stamp;
  return { ...wire, ...write({ change: body.change, position, transaction, committedAt }, payload) };
}
