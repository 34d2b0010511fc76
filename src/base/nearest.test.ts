import { expect, test } from 'vitest';
import { didYouMean, nearest } from './nearest.js';

test.each([
  ['mergee', ['lww', 'merge', 'manual'], 'merge'],
  ['mregee', ['lww', 'merge', 'manual'], 'merge'],
  ['users', ['public.orders', 'public.users'], 'public.users'],
  ['users', ['archive.users', 'staging.users'], null],
  ['something', ['lww'], null],
])('%s among %j', (name, candidates, meant) => expect(nearest(name, candidates)).toBe(meant));

test('in words', () => expect(didYouMean('public.user', ['public.users'])).toBe('; did you mean "public.users"?'));
