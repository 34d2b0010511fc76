/** Reads a log on while something else is under way, and gives what came by then in one piece. Bounded. */
import { weightOfAll } from '../model/weight.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';

/** Of changes, as `weightOf` counts them: with so many there is nothing more to gain. */
const enough = 1_000;

export class Gathered {
  /** Asked for, and not given yet. */
  private asked: Promise<readonly SourceEvent[]> | null = null;

  constructor(private readonly reader: Pick<ChangeReader, 'next'>) {}

  /**
   * At least one event, and all that comes until `underWay` ends or it is enough. Rejects as soon as one of both does: what was
   * read until then is lost with this reader.
   */
  async take(underWay: Promise<unknown>): Promise<readonly SourceEvent[]> {
    const ended = underWay.then(() => null);
    const all: (readonly SourceEvent[])[] = [];
    for (let weight = 0; weight < enough; ) {
      const more = await Promise.race([this.ask(), all.length === 0 ? failed(ended) : ended]);
      if (more === null) break;
      this.asked = null;
      all.push(more);
      weight += weightOf(more);
    }
    return all.flat();
  }

  private ask(): Promise<readonly SourceEvent[]> {
    if (this.asked === null) {
      this.asked = this.reader.next();
      // Whoever takes it next is told.
      this.asked.catch(() => {});
    }
    return this.asked;
  }
}

function weightOf(events: readonly SourceEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === 'part' ? weightOfAll(event.changes) : 1), 0);
}

/** Rejects when the work does; a work that ends well says nothing. */
function failed(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    work.catch(reject);
  });
}
