/** What is wrong with a CRDT state or with what was asked of it; messages never have an element or a name. */
import { IsthmusError } from '../../base/errors.js';
import { type Bias, limits } from './state.js';

export function problem(message: string): IsthmusError {
  return new IsthmusError('crdt_invalid', { message });
}

/** A name that starts with `$` would be an operator or a type's mark to MongoDB, `__proto__` is none to JavaScript. */
export function checkActor(actor: unknown): asserts actor is string {
  const fits = typeof actor === 'string' && actor.length >= 1 && actor.length <= limits.actorLength;
  if (!fits || actor.startsWith('$') || actor === '__proto__' || !isStorable(actor))
    throw problem(
      `An actor’s name is text of 1 to ${limits.actorLength} characters that does not start with $, without NUL and halves of surrogate pairs.`,
    );
}

export function checkElement(element: unknown): asserts element is string {
  if (typeof element !== 'string' || element.length > limits.elementLength || !isStorable(element))
    throw problem(
      `An element of a set is text of at most ${limits.elementLength} characters, without NUL and halves of surrogate pairs.`,
    );
}

export function checkCount(count: unknown, least: 0 | 1): asserts count is number {
  if (!Number.isSafeInteger(count) || (count as number) < least)
    throw problem(`A count is a whole number from ${least} to 2^53 - 1.`);
}

export function checkTime(time: unknown): asserts time is number {
  if (!Number.isSafeInteger(time) || (time as number) < 0)
    throw problem('A time is a whole number from 0 to 2^53 - 1, milliseconds for example.');
}

export function checkBias(bias: unknown): asserts bias is Bias {
  if (bias !== 'add' && bias !== 'remove') throw problem('A set’s bias is "add" or "remove".');
}

export function checkSize(entries: number): void {
  if (entries > limits.entries) throw problem(`A state has at most ${limits.entries} entries.`);
}

/** Neither jsonb nor BSON holds the others. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}
