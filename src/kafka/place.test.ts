import { expect, test } from 'vitest';
import { beforeAll, placePosition, readPlace } from './place.js';

test('positions sort by the source’s log and give their place back', () => {
  const places = [
    beforeAll,
    { source: '82AB', index: 0, offset: '7' },
    { source: '82AB', index: 12, offset: '9' },
    { source: '82AB-0A', index: 0, offset: '10' },
    { source: '82AC', index: 0, offset: '100' },
  ];
  const positions = places.map(placePosition);
  expect([...positions].sort()).toEqual(positions);
  expect(positions.map(readPlace)).toEqual(places);
});
