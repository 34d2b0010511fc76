/** What writes one column's values as Debezium would. Must not know a particular type. */

/** Canonical, neither null nor refused → JSON text. */
export type ValueWriter = (value: string) => string;
