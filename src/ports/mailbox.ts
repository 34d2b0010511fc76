/**
 * Questions between the processes of one sync, each about one share, answered by whoever has that share. Nothing is certain but an
 * answer: without one it is not known whether what was asked for was done. Must not know what is asked.
 */

export interface Question {
  readonly id: string;
  readonly share: number;
  readonly text: string;
}

export interface Mailbox {
  /** Null: nobody answered within `limitMs`, and nobody begins to any more. */
  ask(share: number, text: string, limitMs: number): Promise<string | null>;
  /** Those that wait for an answer of these shares, oldest first; the texts of `known` are not read again. */
  waiting(shares: readonly number[], known: Pick<ReadonlySet<string>, 'has'>): Promise<readonly Question[]>;
  /** The first answer counts. */
  answer(id: string, text: string): Promise<void>;
}
