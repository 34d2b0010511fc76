/** What the two servers are called. */
import { type SideNames, sideNames } from '../view/sides.js';
import { useStore } from './store.js';
import { status } from './sync-state.js';

/** The SQL side's may be another one once a status has told it. */
export function useSideNames(): SideNames {
  return sideNames(useStore(status, (now) => now?.sqlServer));
}
