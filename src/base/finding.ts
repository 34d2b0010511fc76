/** One answer of `isthmus check`: something that must hold before a run, and how to mend it. */

export interface Finding {
  /** Stable and machine-readable: `sql.wal_level`, `mongodb.before_images`. */
  readonly id: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was looked at and what was found, in a few words; never a secret or a row's value. */
  readonly what: string;
  /** What to do about it, with the statement where there is one; null for `ok`. */
  readonly remedy: string | null;
}

export function ok(id: string, what: string): Finding {
  return { id, state: 'ok', what, remedy: null };
}

export function warning(id: string, what: string, remedy: string): Finding {
  return { id, state: 'warning', what, remedy };
}

export function failed(id: string, what: string, remedy: string): Finding {
  return { id, state: 'failed', what, remedy };
}
