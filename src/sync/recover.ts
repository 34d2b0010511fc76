/**
 * The start of a life (rule 6): take over on both sides, read each log once to find what we wrote and have not read back,
 * and drop what was held of those records before.
 */
import { IsthmusError } from '../base/errors.js';
import { recordId } from '../model/record.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { SourceEvent } from '../ports/change-source.js';
import type { LoadRow, OpenWork } from '../ports/conflict-store.js';
import { type HeldRow, retiredEpoch, type SideStore, type TakenOver } from '../ports/side-store.js';
import { Awaiting } from './awaiting.js';
import { Held } from './held.js';
import type { SavedLoad } from './loads.js';
import { joinProgress, type ReadProgress, type SavedProgress } from './read-progress.js';
import type { EngineParts } from './session.js';

/** What one link finds; `source` names it. */
export interface RecoveredLink {
  /** Null: this link never saved a position. */
  readonly progress: SavedProgress | null;
  readonly loads: readonly SavedLoad[];
  readonly held: readonly HeldRow[];
  /** Of the writer to the link's target: lane → number. */
  readonly numbers: ReadonlyMap<number, number>;
}

export interface Recovered {
  /** Of this life. */
  readonly epoch: number;
  readonly links: Readonly<Record<Side, RecoveredLink>>;
  /** The highest number that is known to have been given out. */
  readonly number: number;
  readonly work: OpenWork;
  /** Loads that this start begins. */
  readonly loads: LoadRow[];
}

export interface SavedByLane {
  readonly position?: SavedProgress;
  readonly loads?: readonly SavedLoad[];
}

/** Lanes of a link: `lanes` for the stream, and one more for advances and settlements. */
export function settleLane(lanes: number): number {
  return lanes;
}

/** The epoch of this process's lives so far; null: none yet. */
export interface Reign {
  epoch: number | null;
}

/** The higher of both sides': a crash may come between one and the other. */
export async function lastEpoch({ sql, mongodb }: Readonly<Record<Side, Pick<SideStore, 'epoch'>>>): Promise<number> {
  return Math.max(await sql.epoch(), await mongodb.epoch());
}

/** Only a process's first life takes over from another one: where a newer process has, it must not be taken back. */
export async function takeOverBoth(parts: EngineParts, reign: Reign): Promise<Recovered> {
  const { sql, mongodb } = parts.sides;
  const stored = await lastEpoch({ sql: sql.store, mongodb: mongodb.store });
  if (reign.epoch !== null && stored > reign.epoch) throw new IsthmusError('fenced');
  if (stored >= retiredEpoch)
    throw new IsthmusError('transport_changed', { message: 'Its records were handed over to other partitions.' });
  const epoch = stored + 1;
  reign.epoch = epoch;
  const lanes = parts.options.lanes + 1;
  const onSql = await sql.store.takeOver(epoch, lanes);
  parts.faults.reach('start.taken-over-sql');
  const found: Record<Side, TakenOver> = { sql: onSql, mongodb: await mongodb.store.takeOver(epoch, lanes) };
  parts.faults.reach('start.taken-over');
  const work = await claimLoads(parts, await parts.conflicts.openWork(), epoch);
  // A link's progress is stored in its target.
  const links = { sql: recoverLink(found.mongodb), mongodb: recoverLink(found.sql) };
  // What is held tells of numbers that were given out and never committed: given out again, one would not be later than these.
  const told = (side: Side): number[] => [
    ...links[side].numbers.values(),
    ...links[side].held.map(({ begun }) => begun),
  ];
  const number = Math.max(0, ...sides.flatMap(told));
  return { epoch, links, number, work, loads: [] };
}

/** From here on this life answers for loads that are open: what a predecessor still says of them must not take their place. */
async function claimLoads(parts: EngineParts, work: OpenWork, epoch: number): Promise<OpenWork> {
  const loads = work.loads.map((row) => (row.state === 'open' ? { ...row, epoch } : row));
  for (const row of loads) if (row.state === 'open') await parts.conflicts.saveLoad(row);
  return { ...work, loads };
}

function recoverLink(found: TakenOver): RecoveredLink {
  const saved = found.lanes.map((lane) => (lane.saved ?? {}) as SavedByLane);
  return {
    progress: joinProgress(saved.flatMap((one) => (one.position ? [one.position] : []))),
    loads: saved.flatMap((one) => one.loads ?? []),
    held: found.held,
    numbers: new Map(found.lanes.map(({ lane, number }) => [lane, number])),
  };
}

/**
 * Reads the log of `side` from the link's position to the last echo of our writes to it, or to a mark of now, and keeps only
 * keys and numbers of our own writes.
 */
export async function findAwaiting(
  parts: EngineParts,
  side: Side,
  from: { readonly progress: ReadProgress; readonly numbers: ReadonlyMap<number, number>; readonly session: string },
): Promise<Awaiting> {
  const awaiting = new Awaiting();
  const missing = new Map([...from.numbers].filter(([, number]) => number > 0));
  if (missing.size === 0 || parts.options.disabledRules.has('durable')) return awaiting;
  const mark = `${from.session}:recover`;
  const reader = await parts.sides[side].source.open(from.progress.position);
  const marking = new AbortController();
  const marks = keepMarking(parts, side, { mark, signal: marking.signal }).catch(() => reader.close());
  try {
    while (missing.size > 0) {
      for (const event of await reader.next())
        if (!noteEcho(event, { awaiting, missing, mark, progress: from.progress })) return awaiting;
    }
  } finally {
    marking.abort();
    await marks;
    await reader.close();
  }
  return awaiting;
}

/** A process that slept since its mark may find that the log has forgotten it, and nothing else may ever be written. */
async function keepMarking(
  parts: EngineParts,
  side: Side,
  { mark, signal }: { readonly mark: string; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await parts.sides[side].store.mark(mark);
    await parts.clock.sleep(parts.options.heartbeatMs, signal);
  }
}

interface EchoSearch {
  readonly awaiting: Awaiting;
  readonly missing: Map<number, number>;
  readonly mark: string;
  readonly progress: ReadProgress;
}

/** False: nothing more can follow. */
function noteEcho(event: SourceEvent, search: EchoSearch): boolean {
  if (event.kind === 'mark') return event.id !== search.mark;
  if (event.kind !== 'part' || event.echo === null) return true;
  const { lane, number, wrote } = event.echo;
  const last = search.missing.get(lane);
  if (last !== undefined && number >= last) search.missing.delete(lane);
  if (search.progress.wasDone(event.position)) return true;
  const ours = event.changes.map(recordId).filter((id) => wrote.size === 0 || wrote.has(id));
  search.awaiting.add(
    lane,
    number,
    [...new Set(ours)].map((id) => ({ id, state: wrote.get(id) })),
  );
  return true;
}

/** What is held, without what a later write of ours to the same record has seen. */
export function recoverHeld(link: RecoveredLink, awaiting: Awaiting): Held {
  const held = new Held(link.held);
  for (const row of link.held) {
    const id = recordId(row);
    const written = awaiting.get(id);
    if (written !== undefined && written.number > row.begun) held.absorb(id);
  }
  return held;
}

/** Stores where reading begins, before anything else: changes from here on are followed. */
export async function beginPosition(parts: EngineParts, source: Side): Promise<SavedProgress> {
  const start = await parts.sides[source].source.begin();
  const { store } = parts.sides[otherSide(source)];
  const progress: SavedProgress = { done: start, ranges: [] };
  const saved: SavedByLane = { position: progress };
  const outcome = await store.commit({
    lane: settleLane(parts.options.lanes),
    previous: 0,
    number: 1,
    save: saved,
    read: [],
    plan: () => ({ writes: [], hold: [], drop: [], settlements: [] }),
  });
  if (outcome.kind === 'refused')
    throw new IsthmusError('permission_denied', {
      message: `The first progress could not be stored: ${outcome.refusal.reason}`,
    });
  parts.faults.reach('start.position-stored');
  return progress;
}
