/**
 * The four kinds of CRDT state: immutable plain JSON data, told apart by `crdt`, that can be stored in a column or a field as it is.
 * Types and limits only. After M. Shapiro, N. Preguiça, C. Baquero, M. Zawirski, "A comprehensive study of Convergent
 * and Commutative Replicated Data Types", INRIA RR-7506, 2011; the specifications' numbers stand with each kind.
 */

/**
 * A count for each actor; one that is absent is 0. An actor is one writer that sees its own earlier writes (a process, a side);
 * two writers that use the same name at the same time lose counts. Whole numbers up to 2^53 - 1, which JSON and doubles hold exactly.
 */
export type ActorCounts = Readonly<Record<string, number>>;

/** Grows only (specification 6). */
export interface GCounter {
  readonly crdt: 'g_counter';
  readonly p: ActorCounts;
}

/** Increments and decrements (specification 7). */
export interface PnCounter {
  readonly crdt: 'pn_counter';
  readonly p: ActorCounts;
  readonly n: ActorCounts;
}

/** Which of an add and a remove at the same time counts. */
export type Bias = 'add' | 'remove';

/** An element with the times of its last add and its last remove, null where there was none. */
export type LwwEntry = readonly [element: string, added: number | null, removed: number | null];

/** The last write to each element wins; a removed element stays as a tombstone (section 3.3.3). Times are the caller's, whole numbers from 0 on. */
export interface LwwElementSet {
  readonly crdt: 'lww_element_set';
  readonly bias: Bias;
  readonly e: readonly LwwEntry[];
}

/**
 * An element with its tags. An actor's tags for an element are numbered 1, 2, 3 …, and who has seen one has seen those
 * before it, so that the highest number stands for all of them.
 */
export type OrEntry = readonly [element: string, added: ActorCounts, removed: ActorCounts];

/** Observed-remove set: a remove takes away the adds that it has seen, one at the same time survives (specification 15). */
export interface OrSet {
  readonly crdt: 'or_set';
  readonly e: readonly OrEntry[];
}

export type Counter = GCounter | PnCounter;
export type ElementSet = LwwElementSet | OrSet;
export type Crdt = Counter | ElementSet;

/** Bounds against foolish input; a document has 16 MB at most. */
export const limits = {
  /** Actors of a counter, or elements of a set with the actors of each. */
  entries: 100_000,
  /** UTF-16 units of an actor's name. */
  actorLength: 200,
  /** UTF-16 units of an element. */
  elementLength: 10_000,
} as const;
