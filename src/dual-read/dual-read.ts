/**
 * For a Node service in a migration (`isthmus/dual-read`): serves each read from one database and compares the other's answer
 * in the background, for a sample of the reads. The reader never waits for the comparison and never fails by it: the other
 * read begins once the reader has his answer, few run at once, each has a limit, and what is too much is dropped and counted.
 * Knows no driver: both reads are given as functions.
 */
import { sameValue } from './same-value.js';

export type Served = 'sql' | 'mongodb';

export interface DualReadOptions<K, R> {
  readonly readSql: (key: K) => Promise<R>;
  readonly readMongodb: (key: K) => Promise<R>;
  /** Who answers: a side, or the share of reads that MongoDB answers (0 to 1), asked anew for each read if it is a function. */
  readonly serve: Served | number | (() => Served | number);
  /** The share of reads that is compared; 0.1 by default. */
  readonly sample?: number;
  /** Whether both answers mean the same. By default they are compared in depth; an absent field is null. */
  readonly equal?: (sql: R, mongodb: R) => boolean;
  /** Told of each read that was compared, with what came out. Must not throw; what it throws is dropped. */
  readonly report?: (read: ComparedRead<K>) => void;
  /** Comparisons at once, at most; 10 by default. */
  readonly concurrency?: number;
  /** How long a comparison's read may take, in milliseconds; 1,000 by default. */
  readonly timeoutMs?: number;
  /** For tests. */
  readonly random?: () => number;
}

export interface ComparedRead<K> {
  readonly key: K;
  readonly served: Served;
  /** `failed`: the other side did not answer, or not in time. `different` may be a change on its way. */
  readonly outcome: 'equal' | 'different' | 'failed';
}

export interface DualReadCounts {
  readonly served: Readonly<Record<Served, number>>;
  readonly equal: number;
  readonly different: number;
  readonly failed: number;
  /** Sampled, and not compared since too many comparisons were under way. */
  readonly dropped: number;
}

export interface DualRead<K, R> {
  (key: K): Promise<R>;
  counts(): DualReadCounts;
  /** Resolves when no comparison is under way. */
  idle(): Promise<void>;
}

export function dualRead<K, R>(options: DualReadOptions<K, R>): DualRead<K, R> {
  const { sample = 0.1, concurrency = 10, timeoutMs = 1000, random = Math.random, equal = sameValue, report } = options;
  const counts = { served: { sql: 0, mongodb: 0 }, equal: 0, different: 0, failed: 0, dropped: 0 };
  const underWay = new Set<Promise<void>>();

  const compare = async (key: K, served: Served, answer: R): Promise<void> => {
    const readOther = served === 'sql' ? options.readMongodb : options.readSql;
    let outcome: ComparedRead<K>['outcome'] = 'failed';
    try {
      const other = await inTime(readOther(key), timeoutMs);
      const [sql, mongodb] = served === 'sql' ? [answer, other] : [other, answer];
      outcome = equal(sql, mongodb) ? 'equal' : 'different';
    } catch {
      // The other side's trouble is not the reader's.
    }
    counts[outcome]++;
    report?.({ key, served, outcome });
  };

  const read = async (key: K): Promise<R> => {
    const served = chooseSide(options.serve, random);
    counts.served[served]++;
    const answer = await (served === 'sql' ? options.readSql(key) : options.readMongodb(key));
    if (random() < sample) {
      if (underWay.size >= concurrency) counts.dropped++;
      else {
        // After the answer is on its way to the reader.
        const task: Promise<void> = new Promise<void>((resolve) => setImmediate(resolve))
          .then(() => compare(key, served, answer))
          .catch(() => {})
          .finally(() => underWay.delete(task));
        underWay.add(task);
      }
    }
    return answer;
  };
  return Object.assign(read, {
    counts: (): DualReadCounts => ({ ...counts, served: { ...counts.served } }),
    idle: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  });
}

function chooseSide(serve: DualReadOptions<never, never>['serve'], random: () => number): Served {
  const now = typeof serve === 'function' ? serve() : serve;
  if (typeof now === 'string') return now;
  return random() < now ? 'mongodb' : 'sql';
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), limitMs);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
