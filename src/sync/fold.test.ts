import { expect, test } from 'vitest';
import type { SourcePart } from '../ports/change-source.js';
import { Awaiting } from './awaiting.js';
import type { Batch } from './batch.js';
import { foldBatch } from './fold.js';

const entity = 'public.t';
const id = (key: string): string => `${entity}\u0001${key}`;
const change = (key: string, before: string | null, after: string | null) => ({
  entity,
  key,
  before: before === null ? null : [before],
  after: after === null ? null : [after],
});
const part = (changes: SourcePart['changes'], echo: SourcePart['echo'] = null): SourcePart => ({
  kind: 'part',
  position: 'p',
  transaction: 't',
  last: true,
  committedAt: 1,
  echo,
  changes,
});
const batch = (...parts: SourcePart[]): Batch => ({
  parts: parts.map((one) => ({ part: one, windows: [], followed: true, weight: one.changes.length })),
  chunk: null,
  to: 'p',
  alone: false,
  changes: 0,
  echoed: new Map(),
  ids: [],
});
const context = (awaiting: Awaiting) => ({ awaiting, disabled: new Set<never>(), covers: () => false });

test('several changes of a record are one: first before, last after', () => {
  const folded = foldBatch(
    batch(part([change('1', 'a', 'b'), change('2', null, 'x')]), part([change('1', 'b', 'c')])),
    context(new Awaiting()),
  );
  expect(folded.records.get(id('1'))).toMatchObject({ before: ['a'], after: ['c'] });
  expect(folded.records.get(id('2'))).toMatchObject({ before: null, after: ['x'] });
});

test('what stands before the echo of our later write is skipped, what stands behind it counts', () => {
  const awaiting = new Awaiting();
  awaiting.add(0, 7, [{ id: id('1'), state: ['w'] }]);
  const echo = { lane: 0, number: 7, wrote: new Map() };
  const folded = foldBatch(
    batch(part([change('1', 'a', 'b')]), part([change('1', 'b', 'w')], echo), part([change('1', 'w', 'c')])),
    context(awaiting),
  );
  expect(folded.records.get(id('1'))).toMatchObject({ before: ['w'], after: ['c'] });
  expect([...folded.echoes]).toEqual([id('1')]);
});

test('awaiting ends with a transaction of that number or a later one of the lane, also without an event of the record', () => {
  const awaiting = new Awaiting();
  awaiting.add(1, 5, [{ id: id('1'), state: ['w'] }]);
  const folded = foldBatch(
    batch(
      part([change('1', 'a', 'b')]),
      part([], { lane: 1, number: 6, wrote: new Map() }),
      part([change('1', 'w', 'c')]),
    ),
    context(awaiting),
  );
  expect(folded.records.get(id('1'))).toMatchObject({ before: ['w'], after: ['c'] });
});

test('an echo that holds more than we wrote is a change whose base is what we wrote', () => {
  const awaiting = new Awaiting();
  awaiting.add(0, 3, [{ id: id('1'), state: ['w'] }]);
  const folded = foldBatch(
    batch(
      part([change('1', 'a', 'w+default'), change('2', 'q', 'cascaded')], { lane: 0, number: 3, wrote: new Map() }),
    ),
    context(awaiting),
  );
  expect(folded.records.get(id('1'))).toMatchObject({ before: ['w'], after: ['w+default'], ours: true });
  expect(folded.records.get(id('2'))).toMatchObject({ before: ['q'], after: ['cascaded'], ours: true });
});

test('an echo of a write that a later write of ours overtook says nothing', () => {
  const awaiting = new Awaiting();
  awaiting.add(0, 3, [{ id: id('1'), state: ['old'] }]);
  awaiting.add(1, 4, [{ id: id('1'), state: ['new'] }]);
  const folded = foldBatch(
    batch(part([change('1', 'a', 'old')], { lane: 0, number: 3, wrote: new Map() })),
    context(awaiting),
  );
  expect(folded.records.size).toBe(0);
  awaiting.settle(0, 3);
  expect(awaiting.get(id('1'))).toMatchObject({ number: 4 });
});
