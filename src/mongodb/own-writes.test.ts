import { Binary, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { ref, user } from '../testing/mongodb/entities.js';
import { OwnWrites } from './own-writes.js';

const session = new Binary(Buffer.alloc(16, 7), Binary.SUBTYPE_UUID);
const since = new Timestamp({ t: 100, i: 5 });
const writes = (key: string) => [{ ...ref(key), before: null, after: user(key) }];

function written(...numbers: number[]): OwnWrites {
  const own = new OwnWrites();
  own.begin({ sessions: [session], since });
  for (const number of numbers) own.sent(0, number, writes(`${number}`));
  return own;
}

test('what is read is given once; the last of a lane stays, since a life may read it twice', () => {
  const reading = written(1, 2, 5).reading();
  expect(reading.take(0, 1)).toEqual(writes('1'));
  expect(reading.take(0, 5)).toEqual(writes('5'));
  expect(reading.take(0, 5)).toEqual(writes('5'));
  expect(() => reading.take(0, 2)).toThrow('no longer knows');
});

test('what was read whole is kept no longer than what is not sent', () => {
  const reading = written(1, 2, 5).reading();
  reading.forget(0, 5);
  expect(() => reading.take(0, 2)).toThrow('no longer knows');
  expect(reading.take(0, 5)).toEqual(writes('5'));
});

test('a later attempt under a number replaces an earlier one; another life knows nothing', () => {
  const own = written(3);
  own.sent(0, 3, writes('again'));
  expect(own.reading().take(0, 3)).toEqual(writes('again'));
  own.begin({ sessions: [session], since });
  expect(() => own.reading().take(0, 3)).toThrow('no longer knows');
});

test('ours is what a session of this life commits after its beginning', () => {
  const { isOwn, without } = written().reading();
  const id = session.toString('hex');
  const began = since.toBigInt();
  expect([isOwn(id, began + 1n), isOwn(id, began), isOwn('00', began + 1n)]).toEqual([true, false, false]);
  expect(without).toEqual({ sessions: [session], since });
  const unknown = new OwnWrites();
  unknown.begin({ sessions: [session], since: null });
  expect(unknown.reading().without).toBe(null);
  expect(unknown.reading().isOwn(id, began + 1n)).toBe(false);
});
