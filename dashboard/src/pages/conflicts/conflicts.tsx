/** Conflicts: the list with its filters, or one of them. */
import { ConflictDetail } from './conflict-detail.js';
import { ConflictList } from './conflict-list.js';

export function Conflicts({ id, query }: { id: string | null; query: Readonly<Record<string, string>> }) {
  return id === null ? <ConflictList query={query} /> : <ConflictDetail key={id} id={id} />;
}
