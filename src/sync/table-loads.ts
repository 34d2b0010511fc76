/**
 * The loads of a life: those that were open when it began, and those that somebody asks for while it runs. Must not know how
 * a table is read; that is `loader.ts`.
 */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import { parseRecordId } from '../model/record.js';
import { type Side, sides } from '../model/side.js';
import type { LoadRow } from '../ports/conflict-store.js';
import type { Advancer } from './advancer.js';
import { endLoad, newLoadInstead } from './begin-loads.js';
import type { Loader } from './loader.js';
import { Load } from './loads.js';
import { type Session, wasSucceeded } from './session.js';
import { stopEntity } from './stop-entity.js';

export interface TableLoadsParts {
  readonly session: Session;
  readonly advancer: Advancer;
  readonly loaders: Readonly<Record<Side, Loader>>;
  /** Loads that were known when the life began. */
  readonly known: readonly LoadRow[];
  /** Takes care of a task until the life ends. */
  readonly run: (task: Promise<void>) => void;
}

export class TableLoads {
  /** Entities of which a load was asked for and is not open yet. */
  private readonly asked = new Map<string, Side>();

  constructor(private readonly parts: TableLoadsParts) {}

  /** Goes on with those that are open. */
  start(): void {
    for (const side of sides) for (const load of this.parts.session.links[side].loads.all) this.run(side, load);
  }

  /** Begins to load an entity (again); clears its stop. Throws `load_running` while it is loaded from the other side. */
  async begin(entity: string, from: Side): Promise<void> {
    const { links } = this.parts.session;
    const open = sides.find((side) => links[side].loads.get(entity)) ?? this.asked.get(entity);
    if (open === from) return;
    if (open !== undefined)
      throw new IsthmusError('load_running', { message: `${entity} is being loaded from ${open}.` });
    this.asked.set(entity, from);
    try {
      await this.open(entity, from);
    } finally {
      this.asked.delete(entity);
    }
  }

  private async open(entity: string, from: Side): Promise<void> {
    const { session, known } = this.parts;
    const row = await newLoadInstead(session.parts, known, { entity, from, epoch: session.epoch });
    await this.mustReign(row);
    await session.parts.conflicts.removeStop(entity);
    session.stopped.delete(entity);
    for (const side of sides)
      for (const id of session.links[side].held.ids()) if (parseRecordId(id).entity === entity) session.nudge(id);
    const load = new Load(row, (a, b) => session.parts.sides[from].store.compareKeys(entity, a, b), []);
    session.links[from].loads.add(load);
    this.run(from, load);
  }

  /** Who was succeeded meanwhile must not leave a load behind: the successor may have asked before it was listed. */
  private async mustReign(row: LoadRow): Promise<void> {
    const { session } = this.parts;
    for (const side of sides) {
      if (!(await wasSucceeded(session, side))) continue;
      await endLoad(session.parts, row);
      throw new IsthmusError('fenced');
    }
  }

  /** A table that lost what is mapped stops its own load alone: the log tells of it later, or never while nobody writes there. */
  private run(from: Side, load: Load): void {
    const { session, advancer, loaders, run } = this.parts;
    const work = loaders[from].run(load).catch(async (error: unknown) => {
      if (!isIsthmusError(error, 'table_changed')) throw error;
      const { entity } = load.row;
      await stopEntity(session, advancer, { source: from, entity, reason: error.message });
      session.links[from].loads.end(await endLoad(session.parts, load.row));
    });
    run(work);
  }

  pause(): void {
    for (const side of sides) this.parts.loaders[side].pause();
  }

  resume(): void {
    for (const side of sides) this.parts.loaders[side].resume();
  }
}
