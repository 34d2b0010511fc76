import { MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { mongoError } from './mongo-error.js';
import { assertWritten, Redo, RefusedWrite, writeFault } from './write-refusal.js';

const secret = 'ann@example.com';
const duplicate = (index: string, keyPattern: object): object => ({
  code: 11000,
  keyPattern,
  errmsg: `E11000 duplicate key error collection: d.users index: ${index} dup key: { email: "${secret}" }`,
});

test('no message of ours holds a value of the user’s', () => {
  const errors = [
    duplicate('email_1', { email: 1 }),
    { code: 121, errInfo: { details: { consideredValue: secret } }, errmsg: secret },
    { code: 2, errmsg: secret },
  ].map((fault) => new MongoServerError(fault));
  for (const error of errors) {
    const fault = writeFault(error, 'users');
    expect(fault).toBeInstanceOf(RefusedWrite);
    expect(JSON.stringify((fault as RefusedWrite).refusal)).not.toContain(secret);
    const told = mongoError(error, 'writing');
    expect(`${told.message} ${String(told.cause)}`).not.toContain(secret);
  }
});

test('a duplicate _id is a race, any other index a refusal', () => {
  expect(writeFault(duplicate('_id_', { _id: 1 }), 'users')).toBeInstanceOf(Redo);
  expect((writeFault(duplicate('email_1', { email: 1 }), 'users') as RefusedWrite).refusal).toEqual({
    code: 'unique_violation',
    reason: 'users: index email_1 holds this value already',
  });
});

test('a count that falls short is a race', () => {
  expect(() => assertWritten({ n: 2 }, 3, 'users')).toThrow(Redo);
  expect(() => assertWritten({ n: 3 }, 3, 'users')).not.toThrow();
});

test('what passes stays an error, for another attempt', () => {
  const conflict = new MongoServerError({ code: 112, errmsg: 'WriteConflict' });
  expect(writeFault(conflict, 'users')).toBe(conflict);
  expect(mongoError(conflict, 'writing')).toMatchObject({ code: 'transient', retry: true });
  expect(mongoError(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'writing')).toMatchObject({
    retry: true,
  });
  expect(mongoError(new MongoServerError({ code: 286 }), 'reading')).toMatchObject({
    code: 'token_lost',
    retry: false,
  });
});
