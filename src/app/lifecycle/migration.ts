/**
 * The stored state of a migration in memory: every change is written before it counts, one at a time, and never over that of
 * another process. Must not know what the changes mean.
 */
import { IsthmusError } from '../../base/errors.js';
import { type Course, type Direction, turned } from '../../model/course.js';
import type { MigrationStore, StoredMigration } from '../../ports/migration-store.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { MigrationState } from './migration-state.js';

interface Opening {
  readonly first: { readonly course: Course; readonly state: MigrationState };
  readonly adopt: boolean;
}

type Change = (state: MigrationState) => MigrationState;

export class Migration {
  private last: Promise<unknown> = Promise.resolve();
  private stored: StoredMigration;

  private constructor(
    private readonly store: MigrationStore,
    stored: StoredMigration,
  ) {
    this.stored = stored;
  }

  /** `adopt`: no phase decides, so what is stored follows the configuration. */
  static async open(store: MigrationStore, { first, adopt }: Opening): Promise<Migration> {
    const migration = new Migration(store, await store.load(first));
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
        await engine.turn(direction, (epoch, course) => this.save(change, { epoch, course }));
        return;
      }
      // No server to follow: the next life finds it.
      await this.reload();
      const course = turned(this.stored.course, direction);
      if (!(await this.save(change, { epoch: engine.epoch, course }))) throw movedOn();
      engine.renew();
    });
  }

  private async save(change: Change, turn?: { readonly epoch: number; readonly course: Course }): Promise<boolean> {
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

function movedOn(): IsthmusError {
  return new IsthmusError('not_running', {
    message: 'Another process has changed the phase meanwhile.',
    remedy: 'Look at it again with `isthmus phase`, then ask again.',
  });
}
