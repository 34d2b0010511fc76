/** How figures are printed: one table a benchmark, or JSON. */

export type Cell = string | number | boolean;
export type Row = Readonly<Record<string, Cell>>;

export interface Ratio {
  readonly what: string;
  readonly value: number;
  /** Which way is good. */
  readonly better: 'more' | 'less';
}

export interface Report {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Figures of which both parts were measured in the same run: the ones that another day can be compared with. */
  readonly ratios: readonly Ratio[];
  /** What is asked of these figures, and whether they hold it. */
  readonly bars: readonly {
    readonly what: string;
    readonly measured: number;
    readonly bar: string;
    readonly held: boolean;
    readonly better: Ratio['better'];
  }[];
}

export function printReport({ name, rows, bars }: Report): void {
  console.log(`\n${name}`);
  for (const row of rows) {
    const cells = Object.entries(row).map(
      ([key, value]) => `${key} ${typeof value === 'number' ? shown(value) : value}`,
    );
    console.log(`  ${cells.join('   ')}`);
  }
  for (const { what, measured, bar, held } of bars)
    console.log(`  ${held ? 'held  ' : 'MISSED'} ${what}: ${shown(measured)} (bar: ${bar})`);
}

export function shown(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(2);
}

export function atLeast(what: string, measured: number, bar: number): Report['bars'][number] {
  return { what, measured, bar: `at least ${bar}`, held: measured >= bar, better: 'more' };
}

export function atMost(what: string, measured: number, bar: number): Report['bars'][number] {
  return { what, measured, bar: `at most ${bar}`, held: measured <= bar, better: 'less' };
}

export function below(what: string, measured: number, bar: number): Report['bars'][number] {
  return { what, measured, bar: `below ${bar}`, held: measured < bar, better: 'less' };
}

/** Of bars that are asked of ratios. */
export function ratiosOf(bars: Report['bars']): Ratio[] {
  return bars.map(({ what, measured, better }) => ({ what, value: measured, better }));
}
