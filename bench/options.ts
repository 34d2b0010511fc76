/** What a benchmark is told. */
import type { Side } from '../src/model/side.js';

export interface BenchOptions {
  /** The short form, for CI. */
  readonly quick: boolean;
  /** Records or changes, instead of the benchmark's own number. */
  readonly count?: number;
  readonly batch: number;
  readonly lanes: number;
  /** The sides from which changes come, where a benchmark goes one way. */
  readonly from: readonly Side[];
  /** Says on stderr what is being done. */
  readonly note: (text: string) => void;
}
