import fc from 'fast-check';
import { expect, test } from 'vitest';
import { href, pages, parseRoute } from './route.js';

test('an address is read back as it was written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...pages.filter((page) => page !== 'overview')),
      fc.option(fc.string({ minLength: 1 })),
      fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string({ minLength: 1 })),
      (page, id, query) => {
        expect(parseRoute(href(page, id, query))).toEqual({ page, id, query });
      },
    ),
  );
});

test('what is unknown or broken leads to a page all the same', () => {
  expect(parseRoute('')).toEqual({ page: 'overview', id: null, query: {} });
  expect(parseRoute('#/nothing/x').page).toBe('overview');
  expect(parseRoute('#/conflicts/%E0%A4%A').id).toBe('%E0%A4%A');
  expect(href('conflicts', null, { state: '', table: 'public.users' })).toBe('#/conflicts?table=public.users');
});
