/** What `sync_metadata` holds, in memory: settlements, pending conflicts, dead letters, loads, stops. */
import type { ConflictRecord, DeadLetter, Discard, Ending, Settlement } from '../../model/conflict.js';
import { type RecordId, recordId } from '../../model/record.js';
import {
  automaticDeciders,
  type ConflictCounts,
  type ConflictFilter,
  type ConflictGroup,
  type ConflictPage,
  type ConflictStore,
  type ExpiryBounds,
  type LoadRow,
  type MappingRow,
  type OpenWork,
  type RecordFilter,
  type RecordPage,
  type StopRow,
} from '../../ports/conflict-store.js';
import type { Closing } from '../../ports/side-store.js';
import type { Actor, Scheduler } from '../scheduler.js';

type Stored = Settlement & { readonly done?: boolean };

/** The data, which outlives every process. */
export class MemoryConflicts {
  readonly settlements = new Map<string, Stored>();
  readonly letters = new Map<string, DeadLetter>();
  /** Dead letters that were given up, by id. */
  readonly discards = new Map<string, Discard & { readonly done: boolean }>();
  readonly loads = new Map<string, LoadRow>();
  readonly stops = new Map<string, StopRow>();
  readonly mappings = new Map<string, MappingRow>();
  /** What retention took away: counted all the same. */
  readonly removed: ConflictRecord[] = [];

  remove(settlement: Settlement): void {
    this.settlements.delete(settlement.id);
    if (settlement.type === 'conflict') this.removed.push(settlement);
  }

  store(ending: Ending): void {
    if (ending.type !== 'discard') {
      this.settlements.set(ending.id, ending);
      return;
    }
    this.discards.set(ending.id, { ...ending, done: false });
    if (this.letters.get(recordId(ending))?.id === ending.id) this.letters.delete(recordId(ending));
  }

  close({ ids, at, by }: Closing): void {
    for (const id of ids) {
      const one = this.settlements.get(id);
      if (one?.type === 'conflict' && one.state === 'pending')
        this.store({ ...one, state: 'resolved', resolvedAt: at, resolvedBy: by });
    }
  }

  get conflicts(): ConflictRecord[] {
    return [...this.settlements.values()].filter((one) => one.type === 'conflict');
  }

  /** Records that wait for a person: they may differ. */
  waiting(): ReadonlySet<RecordId> {
    return new Set([...this.conflicts.filter((one) => one.state === 'pending').map(recordId), ...this.letters.keys()]);
  }

  work(): OpenWork {
    const open = [...this.settlements.values()];
    return {
      propagating: open.filter((one) => (one.type === 'conflict' ? one.state === 'propagating' : one.done !== true)),
      discards: [...this.discards.values()].filter(({ done }) => !done),
      pending: this.conflicts.filter((one) => one.state === 'pending'),
      deadLetters: [...this.letters.values()],
      loads: [...this.loads.values()],
      stops: [...this.stops.values()],
      mappings: [...this.mappings.values()],
    };
  }
}

export class MemoryConflictStore implements ConflictStore {
  constructor(
    private readonly data: MemoryConflicts,
    private readonly scheduler: Scheduler,
    private readonly owner: Actor,
  ) {}

  openWork(): Promise<OpenWork> {
    return this.call('open work', () => this.data.work());
  }

  pending(id?: string): Promise<readonly ConflictRecord[]> {
    return this.call('what waits', () => this.data.work().pending.filter((one) => id === undefined || one.id === id));
  }

  savePending(conflicts: readonly ConflictRecord[]): Promise<void> {
    return this.call('saves pending', () => {
      for (const conflict of conflicts) this.data.store(conflict);
    });
  }

  finish(
    ids: readonly string[],
    end: { readonly state: 'resolved' | 'superseded'; readonly at: number },
  ): Promise<void> {
    return this.call('finishes', () => {
      for (const id of ids) {
        const discard = this.data.discards.get(id);
        if (discard !== undefined) this.data.discards.set(id, { ...discard, done: true });
        const one = this.data.settlements.get(id);
        if (one?.type === 'agreement') this.data.store({ ...one, done: true } as Stored);
        else if (one?.state === 'propagating') this.data.store({ ...one, state: end.state, resolvedAt: end.at });
      }
    });
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.call('dead letters', () => [...this.data.letters.values()]);
  }

  saveDeadLetters(letters: readonly DeadLetter[]): Promise<void> {
    return this.call('saves letters', () => {
      for (const letter of letters)
        if (!this.data.discards.has(letter.id)) this.data.letters.set(recordId(letter), letter);
    });
  }

  discards(limit: number): Promise<readonly Discard[]> {
    return this.call('discards', () => [...this.data.discards.values()].reverse().slice(0, limit));
  }

  removeDeadLetters(records: readonly { readonly entity: string; readonly key: string }[]): Promise<void> {
    return this.call('removes letters', () => {
      for (const record of records) this.data.letters.delete(recordId(record));
    });
  }

  saveLoad(load: LoadRow): Promise<void> {
    return this.call('saves load', () => {
      const stored = this.data.loads.get(load.entity);
      const isDone = stored?.id === load.id && stored.state === 'done';
      if (!isDone && (stored?.epoch ?? 0) <= load.epoch) this.data.loads.set(load.entity, load);
    });
  }

  saveMapping(mapping: MappingRow): Promise<void> {
    return this.call('saves mapping', () => void this.data.mappings.set(mapping.entity, mapping));
  }

  saveStop(stop: StopRow): Promise<void> {
    return this.call('saves stop', () => void this.data.stops.set(stop.entity, stop));
  }

  removeStop(entity: string): Promise<void> {
    return this.call('removes stop', () => void this.data.stops.delete(entity));
  }

  list(filter: ConflictFilter): Promise<ConflictPage> {
    return this.call('lists', () => {
      const all = this.data.conflicts.filter(
        (one) =>
          (filter.state ?? one.state) === one.state &&
          (filter.table ?? one.entity) === one.entity &&
          (filter.kind ?? one.kind) === one.kind,
      );
      return { conflicts: all.slice(0, filter.limit).map((one) => ({ ...one })), cursor: null };
    });
  }

  get(id: string): Promise<Readonly<Record<string, unknown>> | null> {
    return this.call('gets', () => {
      const one = this.data.settlements.get(id);
      return one?.type === 'conflict' ? { ...one } : null;
    });
  }

  records({ table, key, since, limit }: RecordFilter): Promise<RecordPage> {
    return this.call('reads records', () => {
      const found = this.newestFirst().filter(
        (one) => (table ?? one.entity) === one.entity && (key ?? one.key) === one.key && one.createdAt >= (since ?? 0),
      );
      return { conflicts: found.slice(0, limit), cursor: null };
    });
  }

  counts(since: number): Promise<ConflictCounts> {
    return this.call('counts', () => {
      const all = [...this.data.conflicts, ...this.data.removed];
      const groups = new Map<string, ConflictGroup>();
      for (const one of all) {
        const group = groupOf(one);
        const id = JSON.stringify([group.table, group.kind, group.strategy]);
        const known = groups.get(id);
        groups.set(id, known === undefined ? group : sum(known, group));
      }
      const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
      return { groups: ordered, recent: all.filter(({ createdAt }) => createdAt >= since).length };
    });
  }

  timeBeyond(most: number): Promise<number | null> {
    return this.call('looks beyond', () => this.lastEndedFirst()[most]?.resolvedAt ?? null);
  }

  expire({ conflictsBefore, agreementsBefore, limit }: ExpiryBounds): Promise<number> {
    return this.call('expires', () => {
      const old = this.lastEndedFirst()
        .reverse()
        .filter(({ resolvedAt }) => (resolvedAt ?? 0) < conflictsBefore);
      const agreed = [...this.data.settlements.values()].filter(
        (one) => one.type === 'agreement' && one.done === true && one.createdAt < agreementsBefore,
      );
      const chosen = [...old.slice(0, limit), ...agreed.slice(0, limit)];
      for (const one of chosen) this.data.remove(one);
      return chosen.length;
    });
  }

  private newestFirst(): ConflictRecord[] {
    return [...this.data.conflicts].sort((a, b) => b.createdAt - a.createdAt);
  }

  private lastEndedFirst(): ConflictRecord[] {
    return this.data.conflicts.filter(isFinished).sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0));
  }

  private call<T>(label: string, effect: () => T): Promise<T> {
    return this.scheduler.step(this.owner, `conflicts: ${label}`, effect);
  }
}

function isFinished({ state }: ConflictRecord): boolean {
  return state === 'resolved' || state === 'superseded';
}

function groupOf(one: ConflictRecord): ConflictGroup {
  const over = one.state === 'resolved' && one.resolvedAt !== null;
  return {
    table: one.entity,
    kind: one.kind,
    strategy: one.strategy,
    total: 1,
    pending: one.state === 'pending' ? 1 : 0,
    automatic: automaticDeciders.includes(one.resolvedBy ?? '') ? 1 : 0,
    resolved: over ? 1 : 0,
    resolutionMs: over ? (one.resolvedAt ?? 0) - one.createdAt : 0,
  };
}

function sum(a: ConflictGroup, b: ConflictGroup): ConflictGroup {
  return {
    ...a,
    total: a.total + b.total,
    pending: a.pending + b.pending,
    automatic: a.automatic + b.automatic,
    resolved: a.resolved + b.resolved,
    resolutionMs: a.resolutionMs + b.resolutionMs,
  };
}
