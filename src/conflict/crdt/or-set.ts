/**
 * OR-Set: an element is in it while one of its adds has been seen by no remove. Tags are (actor, number): nothing is random.
 * Each actor's tags of an element are kept as two numbers, as A. Bieniusa et al. ("An optimized conflict-free replicated
 * set", INRIA RR-8083, 2012) do for the whole set; kept by element, a name used twice by mistake costs no other element.
 */
import { actorsOf, countOf, joinCounts, noCounts, readCounts, withCount } from './actor-counts.js';
import { checkElement, checkSize, problem } from './problem.js';
import type { ActorCounts, OrEntry, OrSet } from './state.js';

type Tags = readonly [added: ActorCounts, removed: ActorCounts];

const none: Tags = [noCounts, noCounts];

export function createOrSet(): OrSet {
  return { crdt: 'or_set', e: [] };
}

/** Makes a new tag also for an element that is there: a remove elsewhere, at the same time, has not seen it. */
export function addTagged(set: OrSet, element: string, actor: string): OrSet {
  checkElement(element);
  const all = tagsOf(set.e);
  const [added, removed] = all.get(element) ?? none;
  all.set(element, [withCount(added, actor, countOf(added, actor) + 1), removed]);
  return made(all);
}

/** Takes away what this state has seen of the element; the same state if there is nothing of it. */
export function removeSeen(set: OrSet, element: string): OrSet {
  checkElement(element);
  const all = tagsOf(set.e);
  const tags = all.get(element);
  if (tags === undefined) return set;
  all.set(element, [tags[0], tags[0]]);
  return made(all);
}

export function orElements(set: OrSet): string[] {
  return set.e.filter(isIn).map(([element]) => element);
}

function isIn([, added, removed]: OrEntry): boolean {
  return Object.entries(added).some(([actor, tag]) => tag > countOf(removed, actor));
}

export function mergeOrSets(a: OrSet, b: OrSet): OrSet {
  const all = tagsOf(a.e);
  for (const [element, [added, removed]] of tagsOf(b.e)) {
    const tags = all.get(element) ?? none;
    all.set(element, [joinCounts(tags[0], added), joinCounts(tags[1], removed)]);
  }
  return made(all);
}

export function readOrSet(state: Readonly<Record<string, unknown>>): OrSet {
  const { e } = state;
  if (!Array.isArray(e)) throw problem('A set’s elements are an array.');
  checkSize(e.length);
  const all = new Map<string, Tags>();
  for (const entry of e as readonly unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 3)
      throw problem('An element of an or_set is an array of three: the element, its adds, its removes, both by actor.');
    const [element, added, removed] = entry as readonly unknown[];
    checkElement(element);
    if (all.has(element)) throw problem('An element stands twice in the set’s state.');
    all.set(element, readTags(added, removed));
  }
  return made(all);
}

function readTags(added: unknown, removed: unknown): Tags {
  const tags: Tags = [readCounts(added), readCounts(removed)];
  // It would swallow adds that are still to come.
  if (Object.entries(tags[1]).some(([actor, tag]) => tag > countOf(tags[0], actor)))
    throw problem('An or_set removes a tag that was never added.');
  return tags;
}

function tagsOf(entries: readonly OrEntry[]): Map<string, Tags> {
  return new Map(entries.map(([element, added, removed]) => [element, [added, removed]]));
}

/** One form for equal sets: in the order of the elements, without those that were never added. */
function made(all: ReadonlyMap<string, Tags>): OrSet {
  const entries: OrEntry[] = [];
  let size = 0;
  for (const [element, [added, removed]] of all) {
    const actors = actorsOf(added);
    if (actors === 0) continue;
    size += 1 + actors;
    entries.push([element, added, removed]);
  }
  checkSize(size);
  return { crdt: 'or_set', e: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
