import { expect, test } from 'vitest';
import { choose, faults } from './catalogue.js';

const able = { noDisk: null, noClock: null };

test('without names there is everything but what comes by name only', () => {
  const { faults: chosen, leftOut } = choose(null, able);
  expect(leftOut).toEqual([]);
  expect(chosen.map(({ name }) => name)).toEqual(
    faults.filter(({ onlyNamed }) => onlyNamed !== true).map(({ name }) => name),
  );
});

test('what this machine cannot do is left out with its reason, also where it was named', () => {
  const { faults: chosen, leftOut } = choose(['full-disk-sql', 'kill-sync'], { ...able, noDisk: 'no root' });
  expect(chosen.map(({ name }) => name)).toEqual(['kill-sync']);
  expect(leftOut).toEqual([{ name: 'full-disk-sql', why: 'no root' }]);
});

test('a name that is none is refused with those that there are; `none` is no fault at all', () => {
  expect(() => choose(['kill-everything'], able)).toThrow(/kill-everything.*kill-sync/);
  expect(choose(['none'], able)).toEqual({ faults: [], leftOut: [] });
});

test('each name is there once', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
});
