/**
 * What both sides inserted alike in the same place is one insert, not two: it is made part of the text that both
 * edits start from. Must not know how edits are transformed.
 */
import { countCodePoints, OperationWriter, type TextOperation } from './text-operation.js';

interface Shared {
  /** The inserts of both, as an edit of the ancestor. */
  readonly both: TextOperation;
  /** The rest of each side's edit, as an edit of the text that `both` makes. */
  readonly sql: TextOperation;
  readonly mongodb: TextOperation;
}

/** Edits in normal form. Running `both` and then one side's rest gives that side's version again. */
export function shareInserts(sql: TextOperation, mongodb: TextOperation): Shared {
  const others = insertsOf(mongodb);
  const shared = new Map([...insertsOf(sql)].filter(([at, text]) => others.get(at) === text));
  if (shared.size === 0) return { both: [], sql, mongodb };
  return { both: onlyInserts(shared), sql: without(sql, shared), mongodb: without(mongodb, shared) };
}

/** Place in the ancestor, in code points → what is inserted there; in order. */
type Inserts = ReadonlyMap<number, string>;

function insertsOf(operation: TextOperation): Inserts {
  const inserts = new Map<number, string>();
  let at = 0;
  for (const component of operation) {
    if (typeof component === 'string') inserts.set(at, component);
    else at += typeof component === 'number' ? component : component.d;
  }
  return inserts;
}

function onlyInserts(inserts: Inserts): TextOperation {
  const writer = new OperationWriter();
  let at = 0;
  for (const [place, text] of inserts) {
    writer.retain(place - at);
    writer.insert(text);
    at = place;
  }
  return writer.finish();
}

/** Shared text is there already and is retained, also in the middle of what this side deletes. */
function without(operation: TextOperation, shared: Inserts): TextOperation {
  const writer = new OperationWriter();
  const pending = [...shared];
  let at = 0;
  for (const component of operation) {
    if (typeof component === 'string') {
      if (pending[0]?.[0] === at) writer.retain(countCodePoints((pending.shift() as [number, string])[1]));
      else writer.insert(component);
    } else if (typeof component === 'number') {
      writer.retain(component);
      at += component;
    } else {
      writer.delete(component.d);
      at += component.d;
    }
  }
  return writer.finish();
}
