/** What a store must hold to, and a test can take away from the ones in memory, to show what each is for (rule 5). */

export const storeRules = [
  /** A commit checks the epoch, and taking over ends what was under way. */
  'fence',
  /** A commit checks the number that came before: what had landed is not done again. */
  'number',
  /** The progress is stored in the transaction of the write itself. */
  'atomic-progress',
] as const;

export type StoreRule = (typeof storeRules)[number];
