/** Whether two answers mean the same, whatever database and driver they come from. Pure. */

const depthMost = 100;

/** An absent field is null; dates by their moment, bytes by their content, other objects by their own fields in any order. */
export function sameValue(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b) || (a ?? null) === (b ?? null)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > depthMost)
    return isNumber(a) && isNumber(b) && String(a) === String(b);
  if (a instanceof Date || b instanceof Date)
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one, index) => sameValue(one, b[index], depth + 1));
  }
  // A driver's own types (Decimal128, ObjectId) say what they are by their text.
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => sameValue(own(a, name), own(b, name), depth + 1));
}

function own(of: object, name: string): unknown {
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : null;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}
