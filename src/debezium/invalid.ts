/** Why a message cannot be read, for a person: never a part of a value. */
import { IsthmusError } from '../base/errors.js';

export function invalid(why: string): IsthmusError {
  return new IsthmusError('message_invalid', { message: `A message of Debezium cannot be read: ${why}.` });
}
