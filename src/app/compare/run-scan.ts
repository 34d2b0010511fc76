/**
 * Compares the tables of one comparison: scans them, has suspects examined, and counts. Its progress can be stored at any
 * moment and taken up again after a crash. Must not know who asked, nor how it is stored.
 */
import type { Clock } from '../../base/clock.js';
import { isIsthmusError } from '../../base/errors.js';
import type { Entity } from '../../model/entity.js';
import type { State } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { DifferenceKind, DifferenceRow, TableCounts } from '../../ports/comparison-store.js';
import type { SideStore } from '../../ports/side-store.js';
import { scan } from '../../reconcile/scan.js';
import type { Frontier, Suspect } from '../../reconcile/scan-step.js';
import type { Engine } from '../../sync/engine.js';
import { addCounts, noCounts } from './show-comparison.js';
import { type Found, Suspects } from './suspects.js';

/** What is stored of a comparison that is under way. */
export interface ScanProgress {
  /** By table; a missing one was not begun, null: read to its end. */
  readonly frontiers: Readonly<Record<string, Frontier | null>>;
  readonly suspects: readonly Suspect[];
}

export interface ScanWork {
  readonly id: string;
  readonly entities: readonly Entity[];
  readonly sample: number;
  readonly tables: Readonly<Record<string, TableCounts>>;
  readonly progress: ScanProgress | null;
}

export interface ScanParts {
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly engine: Pick<Engine, 'examine'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Keeps confirmed differences, as far as there is room. */
  readonly keep: (differences: readonly DifferenceRow[]) => Promise<void>;
}

const tablesAtOnce = 2;
/** A server that is away: so often it is tried again where nothing was read in between. */
const attemptsMost = 20;
const pauseMostMs = 10_000;

export class ScanRun {
  private readonly tables: Record<string, TableCounts>;
  private readonly frontiers: Record<string, Frontier | null>;
  private readonly suspects: Suspects;
  private readonly entities: ReadonlyMap<string, Entity>;

  constructor(
    private readonly parts: ScanParts,
    private readonly work: ScanWork,
  ) {
    this.tables = { ...work.tables };
    this.frontiers = { ...work.progress?.frontiers };
    this.entities = new Map(work.entities.map((entity) => [entity.name, entity]));
    const { engine, clock, signal } = parts;
    this.suspects = new Suspects({ engine, clock, signal, keep: (found) => this.keep(found) });
  }

  get counts(): Readonly<Record<string, TableCounts>> {
    return { ...this.tables };
  }

  /** Belongs to `counts` of the same moment. */
  get progress(): ScanProgress {
    return { frontiers: { ...this.frontiers }, suspects: this.suspects.left };
  }

  async run(): Promise<void> {
    await this.suspects.add(this.work.progress?.suspects ?? []);
    const queue = this.work.entities.filter(({ name }) => this.frontiers[name] !== null);
    const reading = Promise.all(
      Array.from({ length: tablesAtOnce }, async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await this.readPatiently(next);
      }),
    ).finally(() => this.suspects.end());
    await Promise.all([reading, this.suspects.run()]);
  }

  private async readPatiently(entity: Entity): Promise<void> {
    const { clock, signal } = this.parts;
    for (let attempts = 0; !signal.aborted; ) {
      const before = this.frontiers[entity.name];
      try {
        return await this.read(entity);
      } catch (error) {
        attempts = this.frontiers[entity.name] === before ? attempts + 1 : 1;
        if (!isIsthmusError(error) || !error.retry || attempts >= attemptsMost) throw error;
        await clock.sleep(Math.min(100 * 2 ** attempts, pauseMostMs), signal);
      }
    }
  }

  private async read(entity: Entity): Promise<void> {
    const { stores, signal } = this.parts;
    const { sample, id } = this.work;
    const from = this.frontiers[entity.name] ?? null;
    for await (const step of scan({ stores, entity, sample, seed: id, from })) {
      if (signal.aborted) return;
      // In one turn: whoever stores the progress now finds the suspects, the count and the frontier of the same moment.
      const room = this.suspects.add(step.suspects);
      this.frontiers[entity.name] = step.frontier;
      this.count(entity.name, { ...noCounts, compared: step.compared });
      await room;
    }
  }

  private async keep(found: readonly Found[]): Promise<() => void> {
    const rows: DifferenceRow[] = [];
    for (const { suspect, finding } of found)
      if (finding.kind === 'differs') rows.push(this.rowOf(suspect, finding.states));
    await this.parts.keep(rows);
    return () => {
      for (const row of rows)
        this.count(row.table, {
          ...noCounts,
          different: 1,
          missing: { sql: row.kind === 'missing_sql' ? 1 : 0, mongodb: row.kind === 'missing_mongodb' ? 1 : 0 },
        });
      for (const { suspect, finding } of found) {
        if (finding.kind === 'waits') this.count(suspect.entity, { ...noCounts, waiting: 1 });
        if (finding.kind === 'unsettled') this.count(suspect.entity, { ...noCounts, unsettled: 1 });
      }
    };
  }

  private count(table: string, more: TableCounts): void {
    this.tables[table] = addCounts(this.tables[table] ?? noCounts, more);
  }

  private rowOf({ entity, key }: Suspect, states: Readonly<Record<Side, State>>): DifferenceRow {
    const kind = kindOf(states);
    const fields = kind === 'different' ? fieldsOf(this.entities.get(entity), states) : [];
    return { table: entity, key, kind, fields, state: 'open', reason: null, attempted: false };
  }
}

function kindOf({ sql, mongodb }: Readonly<Record<Side, State>>): DifferenceKind {
  if (sql === null) return 'missing_sql';
  return mongodb === null ? 'missing_mongodb' : 'different';
}

function fieldsOf(entity: Entity | undefined, { sql, mongodb }: Readonly<Record<Side, State>>): string[] {
  return (entity?.fields ?? []).filter((_, index) => sql?.[index] !== mongodb?.[index]).map(({ field }) => field);
}
