/**
 * The stored state of a migration in memory: every change is written before it counts, one at a time, and never over that of
 * another process. Must not know what the changes mean.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Stage } from '../../lifecycle/phases.js';
import { type Course, type Direction, turned } from '../../model/course.js';
import type { MigrationStore, StoredMigration, StoredTurn } from '../../ports/migration-store.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { MigrationState } from './migration-state.js';
import { movedOn } from './moved-on.js';

interface Opening {
  /** Other processes change it too, at any time. */
  readonly shared: boolean;
  readonly first: { readonly course: Course; readonly state: MigrationState };
  readonly adopt: boolean;
}

type Change = (state: MigrationState) => MigrationState;

/** Each process stores its counts of passive writes now and then. */
const turnTries = 5;

export class Migration {
  private last: Promise<unknown> = Promise.resolve();
  private stored: StoredMigration;

  private constructor(
    private readonly store: MigrationStore,
    private readonly shared: boolean,
    stored: StoredMigration,
  ) {
    this.stored = stored;
  }

  /** `adopt`: no phase decides, so what is stored follows the configuration. */
  static async open(store: MigrationStore, { shared, first, adopt }: Opening): Promise<Migration> {
    const migration = new Migration(store, shared, await store.load(first));
    const { direction } = first.course;
    if (adopt && migration.stored.course.direction !== direction)
      await migration.change(
        (state) => ({ ...state, stage: first.state.stage, since: first.state.since }),
        first.course,
      );
    return migration;
  }

  get state(): MigrationState {
    return this.stored.state as MigrationState;
  }

  /** Looks what others have made of it, where there are others. */
  async refresh(): Promise<void> {
    if (this.shared) await this.alone(() => this.reload());
  }

  change(change: Change, course?: Course): Promise<void> {
    const turn = course === undefined ? undefined : { course, epoch: Number.MAX_SAFE_INTEGER };
    return this.alone(async () => {
      for (let tries = 0; tries < 3; tries++) {
        if (await this.save(change, turn)) return;
        await this.reload();
      }
      throw movedOn();
    });
  }

  /** Changes the state and which way changes cross in one. */
  turn(engine: SyncEngine, direction: Direction, change: Change): Promise<void> {
    return this.alone(async () => {
      // Whoever decided looked at this state: another one is for another decision.
      if (engine.direction !== null) {
        const { stage } = this.state;
        await engine.turn(direction, (epoch, course, number) =>
          this.saveTurn(change, { epoch, course, ...(number === undefined ? {} : { number }) }, stage),
        );
        return;
      }
      // No server to follow: the next life finds it.
      await this.reload();
      const course = turned(this.stored.course, direction);
      if (!(await this.save(change, { epoch: engine.epoch, course }))) throw movedOn();
      engine.renew();
    });
  }

  /** What is counted beside may change at any time; the stage may not, since the turn was decided from there. */
  private async saveTurn(change: Change, turn: StoredTurn, from: Stage): Promise<boolean> {
    for (let tries = 0; tries < turnTries && isDeepStrictEqual(this.state.stage, from); tries++)
      if (await this.save(change, turn)) return true;
    return false;
  }

  private async save(change: Change, turn?: StoredTurn): Promise<boolean> {
    const { revision, course } = this.stored;
    const state = change(this.state);
    if (!(await this.store.save(revision, state, turn))) {
      await this.reload();
      return false;
    }
    this.stored = { revision: revision + 1, course: turn?.course ?? course, state };
    return true;
  }

  private async reload(): Promise<void> {
    this.stored = await this.store.load({ course: this.stored.course, state: this.stored.state });
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
