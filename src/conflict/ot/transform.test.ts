/** TP1: both orders of two concurrent edits end in the same text. A failure names the seed of its pair. */
import { describe, expect, it } from 'vitest';
import type { Side } from '../../model/side.js';
import { Random } from '../../testing/random.js';
import { randomText } from '../../testing/texts.js';
import { applyOperation, type Component, type TextOperation } from './text-operation.js';
import { transformOperation } from './transform.js';

const pairs = 100_000;

interface Case {
  readonly base: string;
  readonly sql: TextOperation;
  readonly mongodb: TextOperation;
}

function caseOf(seed: number): Case {
  const random = new Random(seed);
  const base = randomText(random, 12);
  return { base, sql: randomOperation(random, base), mongodb: randomOperation(random, base) };
}

/** Any edit, inserts before, after and inside deletes; often at the very beginning and end. */
function randomOperation(random: Random, base: string): TextOperation {
  const components: Component[] = [];
  let left = [...base].length;
  while (left > 0 || random.chance(0.4)) {
    const last = components.at(-1);
    const count = random.int(Math.min(left, 4)) + 1;
    const kind = random.int(3);
    if (kind === 0 && typeof last !== 'string') components.push(randomText(random, 3) || 'x');
    if (left === 0 || kind === 0) continue;
    if (kind === 1 && typeof last !== 'number') components.push(count);
    else if (kind === 2 && typeof last !== 'object') components.push({ d: count });
    else continue;
    left -= count;
  }
  if (typeof components.at(-1) === 'number') components.pop();
  return components;
}

/** The text by way of SQL's edit first, and by way of MongoDB's. */
function bothOrders({ base, sql, mongodb }: Case, priority: { sql: Side; mongodb: Side }): readonly [string, string] {
  const later = transformOperation({ operation: mongodb, side: priority.mongodb, over: sql });
  const earlier = transformOperation({ operation: sql, side: priority.sql, over: mongodb });
  return [applyOperation(applyOperation(base, sql), later), applyOperation(applyOperation(base, mongodb), earlier)];
}

interface Places {
  readonly inserts: ReadonlySet<number>;
  readonly deletes: ReadonlySet<number>;
}

function placesOf(operation: TextOperation): Places {
  const places = { inserts: new Set<number>(), deletes: new Set<number>() };
  let at = 0;
  for (const component of operation) {
    if (typeof component === 'string') places.inserts.add(at);
    else if (typeof component === 'number') at += component;
    else for (const end = at + component.d; at < end; at++) places.deletes.add(at);
  }
  return places;
}

function meet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const place of a) if (b.has(place)) return true;
  return false;
}

describe('transform', () => {
  it(`makes both orders of ${pairs} pairs end alike`, () => {
    let [overlapping, equalPlaces] = [0, 0];
    for (let seed = 0; seed < pairs; seed++) {
      const one = caseOf(seed);
      const [bySql, byMongodb] = bothOrders(one, { sql: 'sql', mongodb: 'mongodb' });
      if (bySql !== byMongodb)
        expect.fail(`seed ${seed}: ${JSON.stringify(one)} → ${JSON.stringify([bySql, byMongodb])}`);
      const [sql, mongodb] = [placesOf(one.sql), placesOf(one.mongodb)];
      if (meet(sql.deletes, mongodb.deletes)) overlapping++;
      if (meet(sql.inserts, mongodb.inserts)) equalPlaces++;
    }
    // The pairs that matter are among them.
    expect(overlapping).toBeGreaterThan(pairs / 10);
    expect(equalPlaces).toBeGreaterThan(pairs / 10);
  });

  it('fails that test if both sides take the same priority, at equal places only', () => {
    let violations = 0;
    for (let seed = 0; seed < pairs / 10; seed++) {
      const one = caseOf(seed);
      const [bySql, byMongodb] = bothOrders(one, { sql: 'sql', mongodb: 'sql' });
      if (bySql === byMongodb) continue;
      violations++;
      expect(meet(placesOf(one.sql).inserts, placesOf(one.mongodb).inserts)).toBe(true);
    }
    expect(violations).toBeGreaterThan(pairs / 100);
  });

  it('puts SQL first at equal places', () => {
    const one = { base: 'ab', sql: [1, 'S'], mongodb: [1, 'M'] };
    expect(bothOrders(one, { sql: 'sql', mongodb: 'mongodb' })).toEqual(['aSMb', 'aSMb']);
  });

  it('leaves the operations that it is given as they are', () => {
    const sql: TextOperation = Object.freeze([1, 'x', Object.freeze({ d: 2 }), 'y']);
    const mongodb: TextOperation = Object.freeze([Object.freeze({ d: 2 }), 1, Object.freeze({ d: 1 })]);
    expect(() => transformOperation({ operation: sql, side: 'sql', over: mongodb })).not.toThrow();
    expect(() => transformOperation({ operation: mongodb, side: 'mongodb', over: sql })).not.toThrow();
  });
});
