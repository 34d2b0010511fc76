/** What a repair would do, in words. Pure. */
import type { Comparison, RepairChoice } from '../../api/shapes.js';
import { plural } from '../../view/format.js';
import type { SideNames } from '../../view/sides.js';

type Counted = Pick<Comparison, 'different' | 'missing'>;

export function repairPlan({ different, missing }: Counted, use: RepairChoice, names: SideNames): string[] {
  const changed = different - missing.sql - missing.mongodb;
  const lines =
    use === 'policy'
      ? [
          [changed, 'is decided by the policy of its table', 'are decided by the policy of their table'],
          [
            missing.sql,
            `missing in ${names.sql} is decided by the policy`,
            `missing in ${names.sql} are decided by the policy`,
          ],
          [
            missing.mongodb,
            `missing in ${names.mongodb} is decided by the policy`,
            `missing in ${names.mongodb} are decided by the policy`,
          ],
        ]
      : sideLines({ changed, missing }, use, names);
  const told = (lines as [number, string, string][])
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${plural(count, 'record')} ${count === 1 ? one : many}`);
  return told.length === 0 ? ['Nothing is left to do.'] : told;
}

function sideLines(
  { changed, missing }: { changed: number; missing: Comparison['missing'] },
  use: 'sql' | 'mongodb',
  names: SideNames,
): [number, string, string][] {
  const [right, other] = use === 'sql' ? [names.sql, names.mongodb] : [names.mongodb, names.sql];
  const both = (text: string): [string, string] => [`is ${text}`, `are ${text}`];
  const absentThere = use === 'sql' ? missing.mongodb : missing.sql;
  const absentHere = use === 'sql' ? missing.sql : missing.mongodb;
  return [
    [changed, ...both(`overwritten in ${other} with what ${right} holds`)],
    [absentThere, ...both(`inserted into ${other}`)],
    [absentHere, ...both(`deleted from ${other}, since ${right} has none`)],
  ];
}
