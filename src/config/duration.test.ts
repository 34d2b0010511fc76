import { expect, test } from 'vitest';
import { durationMs } from './duration.js';

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['0d', null],
  ['1.5h', null],
  ['h', null],
  ['24', null],
  ['24h ', null],
  ['9999999d', null],
])('%s is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
