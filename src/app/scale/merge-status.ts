/** What several engines show of themselves, as if they were one. Pure. */
import { type LinkName, linkFrom, type Side, sides } from '../../model/side.js';
import type { EngineStatus } from '../../sync/engine.js';
import type { EntityStatus, LinkStatus } from '../../sync/status.js';
import type { PartitionStatus } from '../sync.js';
import type { KnownShare } from './share-news.js';

/** The first of these that one of them is in. */
const order: readonly EngineStatus['state'][] = ['failed', 'paused', 'loading', 'running', 'idle', 'starting'];

/** `parts` may be empty: no share was told of yet. One that nobody has at the moment does not stand for those that run. */
export function mergeStatus(parts: readonly EngineStatus[]): EngineStatus {
  const states = new Set(parts.map(({ state }) => state));
  return {
    state: order.find((state) => states.has(state)) ?? 'starting',
    links: { sql: mergeLinks(parts, 'sql'), mongodb: mergeLinks(parts, 'mongodb') },
    entities: mergeEntities(parts.flatMap(({ entities }) => entities)),
    conflictsPending: sumOf(parts, ({ conflictsPending }) => conflictsPending),
    pendingSince: earliest(parts),
    deadLetters: sumOf(parts, ({ deadLetters }) => deadLetters),
    lastError: parts.find(({ lastError }) => lastError !== null)?.lastError ?? null,
  };
}

function earliest(parts: readonly EngineStatus[]): number | null {
  const times = parts.flatMap(({ pendingSince }) => pendingSince ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

export function partitionStatus({ share, owner, status, waiting }: KnownShare, here: boolean): PartitionStatus {
  const links = sides.map((side) => status.links[side]);
  return {
    partition: share,
    owner,
    here,
    state: status.state,
    lagMs: Math.max(...links.map(({ lagMs }) => lagMs)),
    pending: sumOf(links, ({ pending }) => pending),
    held: sumOf(links, ({ held }) => held),
    waiting,
  };
}

/** Positions are each share's own: there is none of all. */
function mergeLinks(parts: readonly EngineStatus[], side: Side): LinkStatus {
  const links = parts.map((part) => part.links[side]);
  const name: LinkName = linkFrom(side);
  return {
    name,
    position: null,
    lagMs: links.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
    pending: sumOf(links, ({ pending }) => pending),
    held: sumOf(links, ({ held }) => held),
    heldMoving: sumOf(links, ({ heldMoving }) => heldMoving),
    awaiting: sumOf(links, ({ awaiting }) => awaiting),
  };
}

function mergeEntities(all: readonly EntityStatus[]): EntityStatus[] {
  const byName = new Map<string, EntityStatus[]>();
  for (const one of all) byName.set(one.entity, [...(byName.get(one.entity) ?? []), one]);
  return [...byName].map(([entity, some]) => ({
    entity,
    stopped: some.find(({ stopped }) => stopped !== null)?.stopped ?? null,
    load: mergeLoads(some.flatMap(({ load }) => load ?? [])),
  }));
}

function mergeLoads(loads: readonly NonNullable<EntityStatus['load']>[]): EntityStatus['load'] {
  const [first] = loads;
  if (first === undefined) return null;
  return {
    state: loads.some(({ state }) => state === 'open') ? 'open' : 'done',
    from: first.from,
    rows: sumOf(loads, ({ rows }) => rows),
    total: sumOf(loads, ({ total }) => total),
    startedAt: loads.reduce((earliest, { startedAt }) => Math.min(earliest, startedAt), first.startedAt),
  };
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
