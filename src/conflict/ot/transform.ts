/** Moves one side's edit over the other's, so that both orders end in the same text (TP1). Must not know where edits come from. */
import { type as textType } from 'ot-text-unicode';
import type { Side } from '../../model/side.js';
import type { TextOperation } from './text-operation.js';

interface Transformed {
  readonly operation: TextOperation;
  /** Whose edit `operation` is: where both insert at one place, SQL's text stands first. */
  readonly side: Side;
  readonly over: TextOperation;
}

/** `operation` and `over` are edits of one text; the answer is `operation` as an edit of the text that `over` makes. */
export function transformOperation({ operation, side, over }: Transformed): TextOperation {
  // The library only reads its arguments, but its types do not say so, and its answer may name deleted text only where an argument does.
  const answer = textType.transform([...operation], [...over], side === 'sql' ? 'left' : 'right');
  return answer as TextOperation;
}
