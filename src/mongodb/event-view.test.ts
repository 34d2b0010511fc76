import { Binary, BSON, Long } from 'mongodb';
import { expect, test } from 'vitest';
import { collectionOf, EventView, fragmentsLeft, joinFragments } from './event-view.js';
import { positionAt, tokenOf } from './position.js';

const bytes = (document: object): Buffer => Buffer.from(BSON.serialize(document));

test('fragments of one event become the event, with the last token', () => {
  const ns = { db: 'd', coll: 'users' };
  const fragments = [
    {
      _id: { _data: '8201' },
      splitEvent: { fragment: 1, of: 3 },
      wallTime: new Date(5),
      operationType: 'update',
      ns,
      lsid: { id: 1 },
      txnNumber: Long.fromNumber(7),
    },
    { _id: { _data: '8202' }, splitEvent: { fragment: 2, of: 3 }, fullDocument: { _id: 1, name: 'after' } },
    {
      _id: { _data: '8203' },
      splitEvent: { fragment: 3, of: 3 },
      fullDocumentBeforeChange: { _id: 1, name: 'before' },
    },
  ].map(bytes);
  const view = new EventView();
  const left = fragments.map((fragment) => {
    view.fill(fragment);
    return fragmentsLeft(fragment, view.split);
  });
  expect(left).toEqual([2, 1, 0]);
  const joined = joinFragments(fragments);
  expect(BSON.deserialize(joined)).toEqual({
    wallTime: new Date(5),
    operationType: 'update',
    ns,
    lsid: { id: 1 },
    txnNumber: 7,
    fullDocument: { _id: 1, name: 'after' },
    _id: { _data: '8203' },
    fullDocumentBeforeChange: { _id: 1, name: 'before' },
  });
  view.fill(joined);
  expect(view).toMatchObject({ operation: 'update', wallTime: 5, txnNumber: 7, split: 0 });
  expect(collectionOf(joined, view.namespace)).toBe('users');
  expect(positionAt(joined, view.token)).toBe('8203');
});

test('an event without a part has none of the event before', () => {
  const view = new EventView();
  view.fill(
    bytes({
      _id: { _data: 'a' },
      operationType: 'delete',
      fullDocumentBeforeChange: {},
      lsid: {},
      txnNumber: Long.ONE,
    }),
  );
  view.fill(bytes({ _id: { _data: 'b' }, operationType: 'insert', fullDocument: {} }));
  expect(view).toMatchObject({ operation: 'insert', before: 0, lsid: 0, txnNumber: -1 });
  view.fill(
    bytes({ _id: { _data: 'b' }, operationType: 'update', fullDocument: null, fullDocumentBeforeChange: null }),
  );
  expect(view).toMatchObject({ before: 0, after: 0 });
});

test('a position is a token and back, with its type bits', () => {
  for (const token of [{ _data: '82AB' }, { _data: '82AB', _typeBits: new Binary(Buffer.from([0x40, 0x81])) }]) {
    expect(tokenOf(positionAt(bytes(token), 0))).toEqual(token);
  }
});
