/** How live reads compared, by table, over a sliding day and since the start. */
import { SlidingSum } from '../../observe/sliding-sum.js';

/** `in_flight`: they differed at first, for a change on its way; `waiting`: the record waits for a person or for its target. */
export const readResults = ['equal', 'different', 'in_flight', 'waiting', 'skipped'] as const;
export type ReadResult = (typeof readResults)[number];

export interface TableReads {
  readonly total: number;
  readonly compared: number;
  readonly different: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly skipped: number;
  /** Different / compared; 0 while none was compared. */
  readonly rate: number;
}

/** Over the last day, or since the start. */
export interface ReadCounts extends TableReads {
  /** Accepted, and not compared yet. */
  readonly queued: number;
  readonly byTable: Readonly<Record<string, TableReads>>;
}

const dayMs = 86_400_000;
const buckets = 96;

export class ReadTally {
  private readonly days = new Map<string, Readonly<Record<ReadResult, SlidingSum>>>();
  private compared = 0;
  private different = 0;

  constructor(tables: Iterable<string>, now: () => number) {
    const sum = (): SlidingSum => new SlidingSum({ now, bucketMs: dayMs / buckets, buckets });
    for (const table of tables)
      this.days.set(table, { equal: sum(), different: sum(), in_flight: sum(), waiting: sum(), skipped: sum() });
  }

  add(table: string, result: ReadResult, reads: number): void {
    this.days.get(table)?.[result].add(reads);
    if (result === 'different') this.different += reads;
    if (result !== 'waiting' && result !== 'skipped') this.compared += reads;
  }

  sinceStart(): { readonly compared: number; readonly different: number } {
    return { compared: this.compared, different: this.different };
  }

  counts(queued: number): ReadCounts {
    const byTable = Object.fromEntries([...this.days].map(([table, day]) => [table, countsOf(day)]));
    const all = Object.values(byTable);
    const sum = (of: (one: TableReads) => number): number => all.reduce((whole, one) => whole + of(one), 0);
    const compared = sum((one) => one.compared);
    const different = sum((one) => one.different);
    return {
      total: sum((one) => one.total),
      compared,
      different,
      inFlight: sum((one) => one.inFlight),
      waiting: sum((one) => one.waiting),
      skipped: sum((one) => one.skipped),
      rate: compared === 0 ? 0 : different / compared,
      queued,
      byTable,
    };
  }
}

function countsOf(day: Readonly<Record<ReadResult, SlidingSum>>): TableReads {
  const [equal, different, inFlight, waiting, skipped] = readResults.map((result) => day[result].sum()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const compared = equal + different + inFlight;
  const rate = compared === 0 ? 0 : different / compared;
  return { total: compared + waiting + skipped, compared, different, inFlight, waiting, skipped, rate };
}
