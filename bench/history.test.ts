import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, medianOf, worseLines, worseThanBefore } from './history.js';

const machine = { cores: 2, platform: 'linux x64', node: '20.20.2', postgres: '18.4', mongodb: '6.0.5' };

function entry(value: number, more: Partial<Entry> = {}): Entry {
  const ratios = [{ what: 'share', value, better: 'more' as const }];
  return {
    at: '2026-01-01T00:00:00Z',
    commit: 'abc',
    machine,
    options: { quick: true },
    ratios,
    bars: [],
    rows: [],
    ...more,
  };
}

const less = (value: number): Partial<Entry> => ({ ratios: [{ what: 'share', value, better: 'less' }] });

test('the first run is compared with nothing', () => {
  expect(worseThanBefore(entry(0.1), [])).toEqual([]);
});

test('more than 15 % below the median of earlier runs is worse, 15 % is not', () => {
  const earlier = [entry(1), entry(0.2), entry(5)];
  expect(worseThanBefore(entry(0.86), earlier)).toEqual([]);
  expect(worseThanBefore(entry(0.84), earlier)).toMatchObject([{ what: 'share', value: 0.84, median: 1, runs: 3 }]);
});

test('where less is better, more is worse', () => {
  const earlier = [entry(0, less(0.1))];
  expect(worseThanBefore(entry(0, less(0.05)), earlier)).toEqual([]);
  expect(worseThanBefore(entry(0, less(0.12)), earlier)).toMatchObject([{ by: expect.closeTo(0.2) as number }]);
});

test.each<[string, Partial<Entry>]>([
  ['cores', { machine: { ...machine, cores: 4 } }],
  ['server', { machine: { ...machine, mongodb: '8.0.1' } }],
  ['major version of Node', { machine: { ...machine, node: '22.1.0' } }],
  ['options', { options: { quick: false } }],
  ['ratio', { ratios: [{ what: 'another', value: 1, better: 'more' }] }],
])('runs that differ in their %s are not compared', (_, more) => {
  expect(worseThanBefore(entry(0.1), [entry(1, more)])).toEqual([]);
});

test('a patch of Node and the order of options make no difference', () => {
  const earlier = entry(1, { machine: { ...machine, node: '20.19.0' }, options: { a: 1, b: 2 } });
  expect(worseThanBefore(entry(0.1, { options: { b: 2, a: 1 } }), [earlier])).toHaveLength(1);
});

test('what is worse is said in one line', () => {
  const worse = worseThanBefore(entry(0.75), [entry(1), entry(1.1), entry(0.9)]);
  expect(worseLines(worse)).toEqual(['WORSE  share: 0.75, 25 % worse than the median of 3 earlier runs (1)']);
});

test('the median has as many values above as below', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (values) => {
        const median = medianOf(values);
        const above = values.filter((value) => value > median).length;
        const below = values.filter((value) => value < median).length;
        expect(Math.max(above, below)).toBeLessThanOrEqual(values.length / 2);
      },
    ),
  );
});
