/** What the processes of one sync tell each other of their shares, and what is wanted of all of them. Must not know what a status says. */

export interface ShareReport {
  readonly share: number;
  /** Which process has it. */
  readonly owner: string;
  readonly status: unknown;
  /** How long ago it was told, by the server's clock. */
  readonly ageMs: number;
}

/** Live reads that were compared since a process began. */
export interface ComparedReads {
  readonly compared: number;
  readonly different: number;
}

/** What the sync's stored progress depends on. */
export interface Layout {
  /** By how many it is divided; 0: it is not. */
  readonly partitions: number;
  /** Whose positions in SQL's log are stored. */
  readonly format: 'isthmus' | 'debezium';
}

/** As it is stored. */
export interface StoredLayout extends Layout {
  /** By how many it was divided before, oldest first. */
  readonly former: readonly number[];
  /** By how many it is to be divided: some of it is already. Null: nobody divides it anew. */
  readonly next: number | null;
}

export interface ShareBoard {
  /** Stores it if none was stored before; resolves with the one that is stored. */
  claimLayout(layout: Layout): Promise<StoredLayout>;
  /** From here on it is divided by `next`, in parts; null: all of it is by the layout’s own `next`, or as before if that has none. */
  divide(layout: StoredLayout, next: number | null): Promise<void>;
  /** Each replaces what was told of its share before. */
  post(owner: string, statuses: ReadonlyMap<number, unknown>): Promise<void>;
  reports(): Promise<readonly ShareReport[]>;
  /** Replaces what this process told before. */
  postReads(owner: string, reads: ComparedReads): Promise<void>;
  /** The sum over the other processes that told of theirs lately. */
  readsOfOthers(owner: string): Promise<ComparedReads>;
  /** Whether all shares are to stand still. */
  paused(): Promise<boolean>;
  setPaused(paused: boolean): Promise<void>;
}
