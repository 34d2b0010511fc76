/** The numbers of Prometheus' page, read by table. */
import { expect, it } from 'vitest';
import { readRates } from './measured-rates.js';

it('adds both links up, leaves inserts out and never has less than two changes for a conflict', () => {
  const text = `# HELP isthmus_changes_applied_total Records written
isthmus_changes_applied_total{link="sql_to_mongodb",table="public.users",operation="update"} 90
isthmus_changes_applied_total{link="mongodb_to_sql",table="public.users",operation="delete"} 8
isthmus_changes_applied_total{link="sql_to_mongodb",table="public.users",operation="insert"} 1000000
isthmus_changes_applied_total{link="sql_to_mongodb",table="public.a\\"b\\\\",operation="update"} 1.5e+3
isthmus_conflicts_total{table="public.users",kind="write_write",strategy="lww",resolution="sql_wins"} 1
isthmus_conflicts_total{table="public.new",kind="write_write",strategy="manual",resolution="pending"} 3
isthmus_transactions_applied_total{link="sql_to_mongodb"} 7
`;
  expect(readRates(text)).toEqual(
    new Map([
      ['public.users', { conflicts: 1, changes: 98 }],
      ['public.new', { conflicts: 3, changes: 6 }],
      ['public.a"b\\', { conflicts: 0, changes: 1500 }],
    ]),
  );
});
