/** One lane of a link: gives each transaction its number and tells the target which one came before (rule 5). */
import type { RecordId, RecordRef, State } from '../model/record.js';
import type { LinkName } from '../model/side.js';
import type { CommitOutcome, Plan, SideStore, TargetRefusal } from '../ports/side-store.js';
import type { EngineObserver } from './observer.js';

export interface LaneRequest<P extends Plan> {
  readonly read: readonly RecordRef[];
  readonly absent?: ReadonlySet<RecordId>;
  readonly plan: (found: ReadonlyMap<string, State>) => P | null;
  readonly save?: unknown;
  readonly rehearse?: boolean;
  /** Its records were refused before. */
  readonly repeated?: boolean;
}

export interface Committed<P extends Plan> {
  readonly kind: 'committed';
  readonly plan: P;
  readonly number: number;
  readonly lane: number;
  readonly committedAt: number;
}

export type LaneOutcome<P extends Plan> =
  | Committed<P>
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

export interface LaneContext {
  readonly store: SideStore;
  readonly link: LinkName;
  /** The next number: taken when the transaction begins, under the locks of its records. */
  readonly nextNumber: () => number;
  readonly observer: EngineObserver;
}

export class LaneWriter {
  /** Ends with the transaction that was asked for last. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly lane: number,
    private previous: number,
    private readonly context: LaneContext,
  ) {}

  /** One transaction after the other, in the order in which they were asked for. After an error, which ends the life, nothing more is sent. */
  commit<P extends Plan>(request: LaneRequest<P>): Promise<LaneOutcome<P>> {
    const outcome = this.last.then(() => this.commitNow(request));
    this.last = outcome;
    outcome.catch(() => {});
    return outcome;
  }

  private async commitNow<P extends Plan>(request: LaneRequest<P>): Promise<LaneOutcome<P>> {
    const number = this.context.nextNumber();
    const outcome = await this.send(request, number);
    if (outcome.kind === 'refused') return outcome;
    if (outcome.plan === null || request.rehearse) return { kind: 'nothing' };
    this.previous = number;
    return { kind: 'committed', plan: outcome.plan as P, number, lane: this.lane, committedAt: outcome.committedAt };
  }

  private async send<P extends Plan>(request: LaneRequest<P>, number: number): Promise<CommitOutcome> {
    const { store, observer, link } = this.context;
    let { repeated = false } = request;
    const tell = (failed: boolean): void => {
      observer.attempt(link, { failed, repeated });
      repeated = true;
    };
    try {
      const chain = { lane: this.lane, previous: this.previous, number };
      const outcome = await store.commit({ ...request, ...chain, retried: () => tell(true) });
      tell(outcome.kind === 'refused');
      return outcome;
    } catch (error) {
      tell(true);
      throw error;
    }
  }
}
