/** The laws of merging for all four kinds, and each kind against a plain list of what was done. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../model/canonical-json.js';
import {
  add,
  type Crdt,
  createGCounter,
  createLwwElementSet,
  createOrSet,
  createPnCounter,
  decrement,
  increment,
  isCrdt,
  merge,
  parse,
  remove,
  value,
} from './crdt.js';

/** Read by each kind as it needs: a counter takes `by`, a set takes `element` and `time`. */
interface Operation {
  readonly negative: boolean;
  readonly by: number;
  readonly element: string;
  readonly time: number;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  negative: fc.boolean(),
  by: fc.integer({ min: 1, max: 1_000_000 }),
  element: fc.constantFrom('red', 'green', '7', '__proto__', 'constructor', ''),
  // Few, so that equal times are common.
  time: fc.integer({ min: 0, max: 4 }),
});

const kinds: Readonly<Record<string, () => Crdt>> = {
  g_counter: createGCounter,
  pn_counter: createPnCounter,
  'lww_element_set, bias add': () => createLwwElementSet(),
  'lww_element_set, bias remove': () => createLwwElementSet('remove'),
  or_set: createOrSet,
};

function operate(state: Crdt, one: Operation, actor: string): Crdt {
  switch (state.crdt) {
    case 'g_counter':
      return increment(state, actor, one.by);
    case 'pn_counter':
      return one.negative ? decrement(state, actor, one.by) : increment(state, actor, one.by);
    case 'lww_element_set':
      return one.negative ? remove(state, one.element, one.time) : add(state, one.element, one.time);
    case 'or_set':
      return one.negative ? remove(state, one.element) : add(state, one.element, actor);
  }
}

/** Replicas that have worked apart after a common past; each has an actor of its own. */
function threeStates(start: () => Crdt): fc.Arbitrary<readonly [Crdt, Crdt, Crdt]> {
  const work = fc.array(operation, { maxLength: 10 });
  return fc.tuple(work, work, work, work).map(([past, ...apart]) => {
    const common = past.reduce((state, one) => operate(state, one, 'past'), start());
    return apart.map((each, at) => each.reduce((state, one) => operate(state, one, `r${at}`), common)) as never;
  });
}

/** Equal states have one text. */
function expectSame(a: unknown, b: unknown): void {
  expect(JSON.stringify(a)).toBe(JSON.stringify(b));
}

describe.each(Object.entries(kinds))('merging a %s', (_, start) => {
  const three = threeStates(start);

  function holds(law: (states: readonly [Crdt, Crdt, Crdt], one: Operation) => void): void {
    fc.assert(fc.property(three, operation, law), { numRuns: 1000 });
  }

  it('is commutative', () => {
    holds(([a, b]) => expectSame(merge(a, b), merge(b, a)));
  });

  it('is associative', () => {
    holds(([a, b, c]) => expectSame(merge(merge(a, b), c), merge(a, merge(b, c))));
  });

  it('is idempotent, also with what came in before', () => {
    holds(([a, b]) => {
      expectSame(merge(a, a), a);
      expectSame(merge(a, merge(a, b)), merge(a, b));
    });
  });

  it('is monotone: an operation only adds to a state, and a merge holds what both held', () => {
    holds(([a, b], one) => {
      const newer = operate(a, one, 'r0');
      expectSame(merge(newer, a), newer);
      expectSame(merge(merge(newer, b), merge(a, b)), merge(newer, b));
    });
  });

  it('gives a state that comes back from JSON and from a jsonb column as it was', () => {
    holds(([a, b]) => {
      const state = merge(a, b);
      expectSame(parse(JSON.parse(JSON.stringify(state))), state);
      expectSame(parse(JSON.parse(canonicalJson(JSON.stringify(state)))), state);
    });
  });
});

/** One operation as the plain list has it. */
interface Done extends Operation {
  /** What its replica knew when it was done, by index in the list. */
  readonly seen: ReadonlySet<number>;
}

interface Replica {
  readonly state: Crdt;
  readonly known: ReadonlySet<number>;
}

type Step =
  | { readonly do: 'operate'; readonly replica: number; readonly one: Operation }
  /** Puts the replica's state of that moment on its way. */
  | { readonly do: 'send'; readonly replica: number }
  /** Messages arrive in any order, late, twice or never. */
  | { readonly do: 'receive'; readonly replica: number; readonly message: number };

const replica = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('operate' as const), replica, one: operation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send' as const), replica }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('receive' as const), replica, message: fc.nat() }) },
);

function play(start: Crdt, steps: readonly Step[]): { replicas: Replica[]; done: Done[] } {
  const replicas: Replica[] = Array.from({ length: 4 }, () => ({ state: start, known: new Set() }));
  const messages: Replica[] = [];
  const done: Done[] = [];
  for (const each of steps) {
    const { state, known } = replicas[each.replica] as Replica;
    if (each.do === 'send') messages.push({ state, known });
    else if (each.do === 'operate') {
      const next = operate(state, each.one, `r${each.replica}`);
      replicas[each.replica] = { state: next, known: new Set([...known, done.length]) };
      done.push({ ...each.one, seen: known });
    } else if (messages.length > 0) {
      const message = messages[each.message % messages.length] as Replica;
      replicas[each.replica] = join({ state, known }, message);
    }
  }
  return { replicas, done };
}

function join(a: Replica, b: Replica): Replica {
  return { state: merge(a.state, b.state), known: new Set([...a.known, ...b.known]) };
}

/** What the kind's definition says of a list of operations. */
function meaning(start: Crdt, known: ReadonlySet<number>, done: readonly Done[]): number | string[] {
  const all = [...known].map((index) => ({ index, ...(done[index] as Done) }));
  if (start.crdt === 'g_counter') return all.reduce((sum, { by }) => sum + by, 0);
  if (start.crdt === 'pn_counter') return all.reduce((sum, { by, negative }) => sum + (negative ? -by : by), 0);
  const elements = [...new Set(all.map(({ element }) => element))].sort();
  return elements.filter((element) => {
    const mine = all.filter((each) => each.element === element);
    const adds = mine.filter(({ negative }) => !negative);
    const removes = mine.filter(({ negative }) => negative);
    // An add lives while no remove has seen it.
    if (start.crdt === 'or_set') return adds.some(({ index }) => !removes.some(({ seen }) => seen.has(index)));
    const added = Math.max(...adds.map(({ time }) => time));
    const removed = Math.max(...removes.map(({ time }) => time));
    return adds.length > 0 && (added > removed || (added === removed && start.bias === 'add'));
  });
}

describe.each(Object.entries(kinds))('replicas of a %s', (_, start) => {
  it('stand at what they know at any time, and at the same when all have heard all', () => {
    const law = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { replicas, done } = play(start(), steps);
      for (const { state, known } of replicas) expectSame(value(state), meaning(start(), known, done));
      const forth = replicas.reduce(join);
      const back = replicas.reduceRight(join);
      expectSame(back.state, forth.state);
      expectSame(value(forth.state), meaning(start(), forth.known, done));
      expect(forth.known.size).toBe(done.length);
    });
    fc.assert(law, { numRuns: 1500 });
  });
});

describe('equal times in a lww_element_set', () => {
  it.each(['add', 'remove'] as const)('are decided by its bias, %s', (bias) => {
    const start = createLwwElementSet(bias);
    const [added, removed] = [add(start, 'red', 5), remove(start, 'red', 5)];
    for (const state of [merge(added, removed), merge(removed, added), remove(added, 'red', 5), add(removed, 'red', 5)])
      expect(value(state)).toStrictEqual(bias === 'add' ? ['red'] : []);
  });
});

describe('an or_set', () => {
  it('keeps an add that no remove has seen, also of an element that was there', () => {
    const common = add(createOrSet(), 'red', 'sql');
    const merged = merge(remove(common, 'red'), add(common, 'red', 'mongodb'));
    expect(value(merged)).toStrictEqual(['red']);
    expect(value(remove(merged, 'red'))).toStrictEqual([]);
    expect(value(add(remove(merged, 'red'), 'red', 'sql'))).toStrictEqual(['red']);
  });

  it('loses no other element where two writers use one name', () => {
    const [a, b] = [add(createOrSet(), 'red', 'web'), add(createOrSet(), 'green', 'web')];
    expect(value(merge(a, b))).toStrictEqual(['green', 'red']);
  });
});

describe('a state', () => {
  it('has the documented form', () => {
    const counter = decrement(increment(createPnCounter(), 'sql', 5), 'mongodb', 2);
    expect(counter).toStrictEqual({ crdt: 'pn_counter', p: { sql: 5 }, n: { mongodb: 2 } });
    expect(value(counter)).toBe(3);
    expect(increment(createGCounter(), 'sql')).toStrictEqual({ crdt: 'g_counter', p: { sql: 1 } });
    const set = remove(add(createLwwElementSet(), 'red', 7), 'blue', 3);
    const entries = [
      ['blue', null, 3],
      ['red', 7, null],
    ];
    expect(set).toStrictEqual({ crdt: 'lww_element_set', bias: 'add', e: entries });
    const tagged = remove(add(createOrSet(), 'red', 'sql'), 'red');
    expect(tagged).toStrictEqual({ crdt: 'or_set', e: [['red', { sql: 1 }, { sql: 1 }]] });
  });

  it('is never changed', () => {
    const before = add(createOrSet(), 'red', 'sql');
    const image = JSON.stringify(before);
    add(before, 'green', 'sql');
    remove(before, 'red');
    merge(before, createOrSet());
    expect(JSON.stringify(before)).toBe(image);
  });

  it('is read in one form: zeros and orders do not matter', () => {
    const read = parse({ n: { b: 0 }, p: { z: 2, a: 1 }, crdt: 'pn_counter' });
    expect(JSON.stringify(read)).toBe('{"crdt":"pn_counter","p":{"a":1,"z":2},"n":{}}');
    const written = parse(
      JSON.parse('{"crdt":"or_set","e":[["b",{"x":1},{}],["a",{"constructor":1},{"x":0}],["c",{},{}]]}'),
    );
    expect(value(written)).toStrictEqual(['a', 'b']);
    expect(
      parse(JSON.parse('{"crdt":"lww_element_set","bias":"add","e":[["b",-0,null],["a",null,null]]}')),
    ).toStrictEqual(add(createLwwElementSet(), 'b', 0));
  });
});

describe('what is no state', () => {
  const set = { crdt: 'or_set', e: [] };
  it.each<[string, unknown, RegExp]>([
    ['null', null, /is an object/],
    ['a text', '{"crdt":"g_counter","p":{}}', /is an object/],
    ['another type', { crdt: 'toString', p: {} }, /one of g_counter, pn_counter/],
    ['a key more', { crdt: 'g_counter', p: {}, note: 1 }, /no others/],
    ['a part less', { crdt: 'pn_counter', p: {} }, /number for each actor/],
    ['counts as an array', { crdt: 'g_counter', p: [] }, /number for each actor/],
    ['a negative count', { crdt: 'g_counter', p: { a: -1 } }, /whole number/],
    ['a fraction', { crdt: 'g_counter', p: { a: 1.5 } }, /whole number/],
    ['a count that JSON rounds', { crdt: 'g_counter', p: { a: 2 ** 53 } }, /whole number/],
    ['a count as text', { crdt: 'g_counter', p: { a: '1' } }, /whole number/],
    ['an operator’s name', { crdt: 'g_counter', p: { $inc: 1 } }, /start with \$/],
    ['a name without length', { crdt: 'g_counter', p: { '': 1 } }, /1 to 200/],
    ['a name that is too long', { crdt: 'g_counter', p: { ['a'.repeat(201)]: 1 } }, /1 to 200/],
    ['__proto__', JSON.parse('{"crdt":"g_counter","p":{"__proto__":1}}'), /name/],
    ['no bias', { crdt: 'lww_element_set', e: [] }, /bias/],
    ['elements by name', { crdt: 'or_set', e: {} }, /array/],
    ['an entry of two', { ...set, e: [['a', {}]] }, /array of three/],
    ['an element that is a number', { ...set, e: [[1, {}, {}]] }, /is text/],
    ['half of a surrogate pair', { ...set, e: [['\ud83d', {}, {}]] }, /surrogate/],
    ['NUL', { ...set, e: [['\u0000', {}, {}]] }, /NUL/],
    [
      'an element twice',
      {
        ...set,
        e: [
          ['a', { x: 1 }, {}],
          ['a', { x: 2 }, {}],
        ],
      },
      /twice/,
    ],
    ['a remove of nothing', { ...set, e: [['a', { x: 1 }, { x: 2 }]] }, /never added/],
    ['a time as text', { crdt: 'lww_element_set', bias: 'add', e: [['a', 'now', null]] }, /time/],
    [
      'too many elements',
      { ...set, e: Array.from({ length: 100_001 }, (_, at) => [String(at), { x: 1 }, {}]) },
      /at most/,
    ],
  ])('%s', (_, state, message) => {
    expect(() => parse(state)).toThrow(message);
    expect(() => parse(state)).toThrow(expect.objectContaining({ code: 'crdt_invalid' }));
    expect(isCrdt(state)).toBe(false);
  });

  it('is refused by a merge, as are two kinds and two biases', () => {
    expect(() => merge(createOrSet(), createLwwElementSet() as never)).toThrow(/cannot be merged/);
    expect(() => merge(createLwwElementSet('add'), createLwwElementSet('remove'))).toThrow(/biases/);
    expect(() => merge(createOrSet(), null as never)).toThrow(/is an object/);
  });

  it('is never made by an operation', () => {
    const most = increment(createGCounter(), 'a', Number.MAX_SAFE_INTEGER);
    expect(() => increment(most, 'a')).toThrow(/2\^53/);
    expect(() => value(increment(most, 'b'))).toThrow(/beyond 2\^53/);
    for (const by of [0, -1, 1.5, Number.NaN]) expect(() => increment(createGCounter(), 'a', by)).toThrow(/whole/);
    for (const name of ['', '$a', '__proto__']) expect(() => increment(createGCounter(), name)).toThrow(/name/);
    expect(() => decrement(createGCounter() as never, 'a')).toThrow(/pn_counter/);
    expect(() => add(createLwwElementSet(), 'a', -1)).toThrow(/time/);
    expect(() => add(createLwwElementSet(), 'a', undefined as never)).toThrow(/time/);
    expect(() => add(createOrSet(), 'a', 5 as never)).toThrow(/name/);
    expect(() => remove(createOrSet(), 5 as never)).toThrow(/is text/);
    expect(() => createLwwElementSet('both' as never)).toThrow(/bias/);
  });
});
