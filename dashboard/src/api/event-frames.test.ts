import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventFrames } from './event-frames.js';

const stream =
  'retry: 1000\n\nid: a-1\nevent: status\ndata: {"n":1}\n\n: still here\n\nid: a-2\nevent: conflict\ndata: {"x":"é–😀"}\n\n';

const frames = [
  { id: 'a-1', type: 'status', data: '{"n":1}' },
  { id: 'a-2', type: 'conflict', data: '{"x":"é–😀"}' },
];

test('events come out whole, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
      const reader = new EventFrames();
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const pieces = places.slice(1).map((to, index) => stream.slice(places[index], to));
      expect(pieces.flatMap((piece) => reader.take(piece))).toEqual(frames);
    }),
  );
});

test('comments and an unfinished event say nothing; a frame without end is refused', () => {
  const reader = new EventFrames();
  expect(reader.take(': hello\n\ndata: 1')).toEqual([]);
  expect(reader.take('\ndata: 2\n\n')).toEqual([{ id: null, type: 'message', data: '1\n2' }]);
  expect(() => reader.take('x'.repeat(5_000_000))).toThrow('too long');
});
