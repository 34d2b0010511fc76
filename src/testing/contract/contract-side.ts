/** What a contract test needs of a side: the ports as one process has them, and a user beside it. */
import type { State } from '../../model/record.js';
import type { ChangeSource } from '../../ports/change-source.js';
import type { SideStore } from '../../ports/side-store.js';

export interface StoreProcess {
  readonly store: SideStore;
}

export interface ContractProcess extends StoreProcess {
  readonly source: ChangeSource;
}

/** A prepared side with an empty entity. */
export interface StoreSide extends StoreProcess {
  readonly entity: string;
  /** Different states for different numbers, as they are read back. */
  state(n: number): State;
  /** Different keys for different numbers, in the side's own order for 0 to 9. */
  key(n: number): string;
  /** A user's transaction: each record gets its state. */
  write(records: readonly { readonly key: string; readonly after: State }[]): Promise<void>;
  /** Connections of a second process. */
  another(): Promise<StoreProcess>;
  close(): Promise<void>;
}

export interface ContractSide extends StoreSide, ContractProcess {
  another(): Promise<ContractProcess>;
}
