/** The two databases, by the names that the protocol gives them. Must not know any driver. */

/** One of the two databases that are kept in step. */
export type Side = 'sql' | 'mongodb';

/** One direction: named after where it reads and where it writes. */
export type LinkName = 'sql_to_mongodb' | 'mongodb_to_sql';

export const sides: readonly Side[] = ['sql', 'mongodb'];

export const linkNames: readonly LinkName[] = ['sql_to_mongodb', 'mongodb_to_sql'];

export function otherSide(side: Side): Side {
  return side === 'sql' ? 'mongodb' : 'sql';
}

/** The link that reads this side's log. */
export function linkFrom(source: Side): LinkName {
  return source === 'sql' ? 'sql_to_mongodb' : 'mongodb_to_sql';
}

/** The side whose log the link reads. */
export function sideOfLink(link: LinkName): Side {
  return link === 'sql_to_mongodb' ? 'sql' : 'mongodb';
}
