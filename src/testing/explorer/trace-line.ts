/** A commit as one line of a trace. */
import type { State } from '../../model/record.js';
import type { CommitListener } from '../memory/memory-side.js';

export function commitLine(commit: Parameters<CommitListener>[0]): string {
  const show = (state: State): string => JSON.stringify(state);
  const what = [
    ...[...commit.changes, ...commit.added].map((one) => `${one.key}: ${show(one.before)} -> ${show(one.after)}`),
    ...commit.held.map((row) => `holds ${row.key}: ${show(row.base)} -> ${show(row.tip)}`),
    ...commit.dropped.map((ref) => `drops ${ref.key}`),
    ...commit.settlements.map((one) => {
      if (one.type === 'agreement') return `agrees ${one.key}`;
      return one.type === 'discard'
        ? `gives up ${one.key}: ${show(one.letter.tip)}`
        : `settles ${one.key}: ${one.resolution} ${show(one.decision)}`;
    }),
  ];
  return `  ${commit.side} ${commit.number === null ? 'user' : `sync #${commit.number}`} ${what.join(', ')}`;
}
