/**
 * The public entry `isthmus/version-vector`: how far each writer has come, compared and merged. Pure; must not know where a
 * vector is stored. After L. Lamport (CACM 21(7), 1978) and D. S. Parker et al. (IEEE TSE 9(3), 1983).
 */
import { IsthmusError } from '../base/errors.js';

/**
 * A position from 0 to 2^64 - 1: a safe integer, or the same in decimal text or as a bigint, so that log positions fit exactly.
 * An actor that is absent stands at 0.
 */
export type Position = number | string | bigint;

export type VersionVector = Readonly<Record<string, Position>>;

export type VectorOrder = 'before' | 'after' | 'concurrent' | 'equal';

const greatest = 2n ** 64n - 1n;
const decimal = /^(?:0|[1-9]\d{0,19})$/;
/** Against foolish input: more writers than any installation has. */
const mostActors = 10_000;

/** `before`: `a` has seen nothing that `b` has not, and `b` has seen more. Throws `vector_invalid` for a position that is none. */
export function compareVectors(a: VersionVector, b: VersionVector): VectorOrder {
  let less = false;
  let more = false;
  for (const actor of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const order = comparePositions(positionOf(a, actor), positionOf(b, actor));
    less ||= order < 0;
    more ||= order > 0;
  }
  if (less) return more ? 'concurrent' : 'before';
  return more ? 'after' : 'equal';
}

/** The least vector that has seen what both have. A position stays in the form that its writer gave it. */
export function mergeVectors(a: VersionVector, b: VersionVector): VersionVector {
  const merged = new Map<string, Position>(Object.entries(a));
  for (const [actor, position] of Object.entries(b)) {
    const other = merged.get(actor);
    merged.set(actor, other === undefined ? position : greater(other, position));
  }
  return inOrder(merged);
}

/** One step of `actor`; the position keeps its form, but a number that would pass 2^53 - 1 becomes decimal text. */
export function increment(vector: VersionVector, actor: string): VersionVector {
  checkActor(actor);
  const position = positionOf(vector, actor);
  const next = exact(position) + 1n;
  if (next > greatest) throw invalid('A position cannot pass 2^64 - 1.');
  return inOrder(new Map(Object.entries(vector)).set(actor, inFormOf(position, next)));
}

/** Reads a vector from JSON data (not text), where bigints may stand too. Throws `vector_invalid` with what is wrong. */
export function parseVector(json: unknown): VersionVector {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('A version vector is an object.');
  const entries = Object.entries(json) as readonly (readonly [string, unknown])[];
  if (entries.length > mostActors) throw invalid(`A version vector has at most ${mostActors} actors.`);
  const positions = new Map<string, Position>();
  for (const [actor, position] of entries) {
    checkActor(actor);
    exact(position);
    // JSON knows -0.
    positions.set(actor, position === 0 ? 0 : (position as Position));
  }
  return inOrder(positions);
}

function positionOf(vector: VersionVector, actor: string): Position {
  // Only its own: any object has a `constructor`.
  return Object.hasOwn(vector, actor) ? (vector[actor] as Position) : 0;
}

function comparePositions(a: Position, b: Position): number {
  if (isCount(a) && isCount(b)) return a - b;
  const [x, y] = [exact(a), exact(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Of equal ones, the same from both orders: the number, then the bigint, then the text. */
function greater(a: Position, b: Position): Position {
  const order = comparePositions(a, b);
  if (order !== 0) return order > 0 ? a : b;
  return form(a) <= form(b) ? a : b;
}

function form(position: Position): number {
  return typeof position === 'number' ? 0 : typeof position === 'bigint' ? 1 : 2;
}

function isCount(position: unknown): position is number {
  return Number.isSafeInteger(position) && (position as number) >= 0;
}

function exact(position: unknown): bigint {
  if (isCount(position)) return BigInt(position);
  const value =
    typeof position === 'bigint'
      ? position
      : typeof position === 'string' && decimal.test(position)
        ? BigInt(position)
        : -1n;
  if (value < 0n || value > greatest)
    throw invalid(
      'A position is a whole number from 0 to 2^64 - 1, as decimal text or a bigint where it is beyond 2^53 - 1.',
    );
  return value;
}

function inFormOf(position: Position, next: bigint): Position {
  if (typeof position === 'bigint') return next;
  const fits = typeof position === 'number' && next <= BigInt(Number.MAX_SAFE_INTEGER);
  return fits ? Number(next) : next.toString();
}

function checkActor(actor: string): void {
  if (actor === '' || actor === '__proto__') throw invalid('An actor has a name, and it is not __proto__.');
}

/** One form for equal vectors. */
function inOrder(positions: ReadonlyMap<string, Position>): VersionVector {
  return Object.fromEntries([...positions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function invalid(message: string): IsthmusError {
  return new IsthmusError('vector_invalid', { message });
}
