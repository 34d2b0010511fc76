/** Draws numbers of which few are drawn often and many seldom (Zipf's law, exponent 1). Must not know what they stand for. */
import type { Random } from '../../src/testing/random.js';

export class Zipf {
  /** Sum of the weights up to each number. */
  private readonly sums: readonly number[];

  constructor(readonly size: number) {
    let sum = 0;
    this.sums = Array.from({ length: size }, (_, n) => {
      sum += 1 / (n + 1);
      return sum;
    });
  }

  /** In [0, size): 0 most often. */
  draw(random: Random): number {
    const wanted = random.next() * (this.sums.at(-1) ?? 0);
    let [low, high] = [0, this.size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
