/** What a server's own statistics say of a table. */
export interface TableStatistics {
  /** About; 0 too where the server has not counted and the role may not read. */
  readonly rows: number;
  /** Column → average bytes of its values; columns of which it is not known are not there. */
  readonly averageBytes: ReadonlyMap<string, number>;
}
