/** The rules that take one side's value as it is. Must not look into values, so that one that cannot cross may be given up. */
import type { Value } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { FieldRule } from '../policy.js';

export interface Choice {
  readonly sql: Value;
  readonly mongodb: Value;
  readonly later: Side;
  /** The flag's value in the merged record. */
  readonly flag: Value;
}

/** Null: the rule makes a value of both. */
export function pickSide(rule: FieldRule, { sql, mongodb, later, flag }: Choice): Side | null {
  switch (rule.rule) {
    case 'prefer_sql':
      return 'sql';
    case 'prefer_mongodb':
      return 'mongodb';
    case 'prefer_non_null':
      return sql === null && mongodb !== null ? 'mongodb' : 'sql';
    case 'lww':
      return later;
    case 'flag':
      return flag !== null && rule.mongodb.includes(flag) ? 'mongodb' : 'sql';
    default:
      return null;
  }
}
