/** Serving one side while the other is compared: whatever the comparison meets, the reader is answered as without it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dualRead } from './dual-read.js';
import { sameValue } from './same-value.js';

const never = new Promise<never>(() => {});

describe('dualRead', () => {
  it('answers as the served side does, whatever the other one does', async () => {
    const behaviours = fc.constantFrom('answers', 'differs', 'fails', 'hangs', 'throws');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('sql' as const, 'mongodb' as const),
        fc.array(fc.tuple(fc.integer(), behaviours), { maxLength: 20 }),
        fc.integer({ min: 0, max: 4 }),
        async (serve, reads, concurrency) => {
          const behaviour = new Map(reads);
          const served = async (key: number): Promise<number> => key;
          const other = (key: number): Promise<number> => {
            const how = behaviour.get(key);
            if (how === 'throws') throw new Error('at once');
            if (how === 'hangs') return never;
            if (how === 'fails') return Promise.reject(new Error('away'));
            return Promise.resolve(how === 'differs' ? key + 1 : key);
          };
          const [readSql, readMongodb] = serve === 'sql' ? [served, other] : [other, served];
          const read = dualRead<number, number>({
            readSql,
            readMongodb,
            serve,
            sample: 1,
            concurrency,
            timeoutMs: 5,
            report: () => {
              throw new Error('a reporter that fails');
            },
          });
          expect(await Promise.all(reads.map(([key]) => read(key)))).toEqual(reads.map(([key]) => key));
          await read.idle();
          const { equal, different, failed, dropped } = read.counts();
          expect(equal + different + failed + dropped).toBe(reads.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not slower for a comparison that hangs, and keeps few under way', async () => {
    let open = 0;
    let most = 0;
    const read = dualRead<number, number>({
      readSql: async (key) => key,
      readMongodb: () => {
        most = Math.max(most, ++open);
        return never;
      },
      serve: 'sql',
      sample: 1,
      concurrency: 3,
      timeoutMs: 50,
    });
    for (let key = 0; key < 100; key++) expect(await read(key)).toBe(key);
    expect(most).toBeLessThanOrEqual(3);
    await read.idle();
    const { dropped, failed } = read.counts();
    expect(dropped + failed).toBe(100);
    expect(failed).toBeGreaterThan(0);
  });

  it('fails as the served side fails, and compares nothing then', async () => {
    const failing = async (): Promise<number> => {
      throw new Error('the served side');
    };
    const read = dualRead<number, number>({ readSql: failing, readMongodb: async () => 1, serve: 'sql', sample: 1 });
    await expect(read(1)).rejects.toThrow('the served side');
    expect(read.counts()).toMatchObject({ equal: 0, different: 0, failed: 0 });
  });

  it('serves the share that is asked for, which may change', async () => {
    let share = 0;
    const draws = Array.from({ length: 1000 }, (_, n) => (n % 10) / 10);
    const read = dualRead<number, string>({
      readSql: async () => 'sql',
      readMongodb: async () => 'mongodb',
      serve: () => share,
      sample: 0,
      random: () => draws.pop() ?? 0,
    });
    expect(await read(1)).toBe('sql');
    share = 1;
    expect(await read(1)).toBe('mongodb');
    share = 0.5;
    const answers = await Promise.all(Array.from({ length: 400 }, () => read(1)));
    expect(answers.filter((one) => one === 'mongodb')).toHaveLength(200);
  });
});

describe('sameValue', () => {
  it('is true of a value and its copy, whatever the order of fields', () => {
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withDate: true, withNullPrototype: false }), (value) => {
        const copy = structuredClone(value);
        const turned = Object.fromEntries(Object.entries(copy).reverse());
        expect(sameValue(value, turned)).toBe(true);
      }),
    );
  });

  it('is the same both ways round, and false where a leaf differs', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true }), fc.anything({ withDate: true }), (a, b) => {
        expect(sameValue(a, b)).toBe(sameValue(b, a));
        expect(sameValue({ a, mark: 1 }, { a, mark: 2 })).toBe(false);
      }),
    );
  });

  it('takes an absent field for null, and tells numbers from text', () => {
    expect(sameValue({ a: 1 }, { a: 1, b: null })).toBe(true);
    expect(sameValue({ a: 1n }, { a: 1 })).toBe(true);
    expect(sameValue({ a: '1' }, { a: 1 })).toBe(false);
    expect(sameValue(new Date(5), new Date(6))).toBe(false);
    expect(sameValue(Buffer.from('a'), new Uint8Array([97]))).toBe(true);
  });
});
