/**
 * What the users did, and which value was made from which: values are unique tokens with recorded parents, so that it can
 * be told afterwards whether a write was overwritten by somebody who had seen it. Must not know the engine.
 */
import type { Change } from '../../model/change.js';
import { type RecordId, recordId, type State, sameState } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { Fresh } from './edit-wide.js';
import { hitsMax } from './wide-fields.js';

/** A value's name; null: the record was absent. It is the first field of a state; the whole of one with many fields. */
export type Token = string | null;

export interface UserWrite {
  readonly side: Side;
  readonly id: RecordId;
  readonly before: Token;
  readonly after: Token;
  readonly change: Change;
  /** The side did it on its own (a cascade), in a transaction of ours. */
  readonly byItself: boolean;
}

export interface UserTransaction {
  readonly side: Side;
  readonly writes: readonly UserWrite[];
}

/** Records of up to so many fields have a token in the first. */
const narrow = 2;

export function tokenOf(state: State): Token {
  if (state !== null && state.length > narrow) return JSON.stringify(state);
  return state?.[0] ?? null;
}

export class History {
  readonly transactions: UserTransaction[] = [];
  readonly writes: UserWrite[] = [];
  private readonly parents = new Map<string, Token[]>();
  private readonly firsts = new Set<string>();
  private readonly fills: { readonly id: RecordId; readonly state: State }[] = [];
  private readonly places = new Map<RecordId, number>();
  private made = 0;

  /** A new value, made from others. */
  make(from: readonly Token[]): string {
    const token = `v${++this.made}`;
    this.parents.set(token, [...from]);
    return token;
  }

  /** What nobody has had before in this run. */
  freshFor(id: RecordId): Fresh {
    return {
      number: () => ++this.made,
      place: () => {
        const place = this.places.get(id) ?? 0;
        this.places.set(id, place + 1);
        return place < hitsMax ? place : null;
      },
    };
  }

  /** A state that was made from others; a second time, from these too. */
  derive(state: State, from: readonly State[]): void {
    const token = tokenOf(state);
    if (token === null) return;
    const parents = from.map(tokenOf).filter((parent) => parent !== token);
    this.parents.set(token, [...(this.parents.get(token) ?? []), ...parents]);
  }

  /** A value that was decided on: the same parents give the same value. */
  merge(a: string, b: string): string {
    const token = `(${a}+${b})`;
    this.parents.set(token, [a, b]);
    return token;
  }

  /** A value that a record had before the sync. */
  first(): string {
    const token = this.make([null]);
    this.firsts.add(token);
    return token;
  }

  /** The same for a state whose value has a name already. */
  fill(id: RecordId, state: State): void {
    const token = tokenOf(state);
    if (token !== null) this.firsts.add(token);
    this.fills.push({ id, state });
  }

  /** What a record had before the sync. */
  filled(id: RecordId): readonly State[] {
    return this.fills.filter((one) => one.id === id).map(({ state }) => state);
  }

  isFirst(token: Token): boolean {
    return token !== null && this.firsts.has(token);
  }

  /** Committed changes of a user. */
  record(side: Side, changes: readonly Change[], byItself = false): void {
    const writes = changes
      .filter((change) => !sameState(change.before, change.after))
      .map((change) => ({
        side,
        id: recordId(change),
        before: tokenOf(change.before),
        after: tokenOf(change.after),
        change,
        byItself,
      }));
    if (writes.length === 0) return;
    this.transactions.push({ side, writes });
    this.writes.push(...writes);
  }

  /** A value and what the side's users made of the record afterwards. */
  later(side: Side, id: RecordId, token: string): Token[] {
    const own = this.writes.filter((one) => one.side === side && one.id === id);
    const from = own.findIndex((one) => one.after === token);
    return own.slice(from).map((one) => one.after);
  }

  /** Whether `of` is `ancestor` or was made from it. */
  descends(ancestor: string, of: Token): boolean {
    const seen = new Set<Token>();
    const stack: Token[] = [of];
    while (stack.length > 0) {
      const token = stack.pop() as Token;
      if (token === ancestor) return true;
      if (token === null || seen.has(token)) continue;
      seen.add(token);
      stack.push(...(this.parents.get(token) ?? []));
    }
    return false;
  }
}
