import { expect, test } from 'vitest';
import { clusterIdOf } from './kafka-server.js';

const idLength = 22;

test('no cluster’s name begins with a dash, whatever its bytes: the broker’s tools would take it for an option', () => {
  const ids = Array.from({ length: 256 }, (_, first) => clusterIdOf(Uint8Array.from([first, ...Array(15).fill(255)])));
  expect(ids.filter((id) => id.length !== idLength || id.startsWith('-'))).toEqual([]);
  expect(new Set(ids).size).toBe(128);
});
