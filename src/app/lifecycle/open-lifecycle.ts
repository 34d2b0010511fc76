/** Makes the lifecycle's parts: what is stored is read before the engine starts, since the phase decides what it does. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import { meanings } from '../../lifecycle/phases.js';
import type { CourseStore } from '../../ports/course-store.js';
import type { MigrationStore } from '../../ports/migration-store.js';
import { fixedCourse } from '../../sync/following.js';
import { type EngineObserver, silentObserver } from '../../sync/observer.js';
import { firstPhase, Lifecycle, type LifecycleParts } from './lifecycle.js';
import { Migration } from './migration.js';
import { firstState } from './migration-state.js';
import { PassiveWrites } from './passive-writes.js';

export interface LifecycleDeps {
  readonly config: Config;
  readonly store: MigrationStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests. */
  readonly tickMs?: number | undefined;
}

export type LifecycleLinks = Pick<
  LifecycleParts,
  'engine' | 'tables' | 'comparisons' | 'reads' | 'story' | 'deadLetters' | 'onChange'
>;

export interface OpenLifecycle {
  /** What the engine goes by. */
  readonly courses: CourseStore;
  readonly observer: EngineObserver;
  /** Once there is an engine. */
  lifecycle(links: LifecycleLinks): Lifecycle;
}

export async function openLifecycle({ config, store, clock, log, tickMs }: LifecycleDeps): Promise<OpenLifecycle> {
  const phase = firstPhase(config);
  const direction = config.lifecycle ? meanings[phase].direction : config.direction;
  const first = { course: { direction, owed: [] }, state: firstState(phase, clock.now()) };
  const shared = config.transport.kind === 'kafka';
  const migration = await Migration.open(store, { shared, first, adopt: !config.lifecycle });
  const passive = new PassiveWrites({ clock, log, policy: config.phases.passiveWrites });
  const times = tickMs === undefined ? {} : { tickMs };
  return {
    courses: config.lifecycle ? store : fixedCourse(config.direction),
    observer: { ...silentObserver, passive: passive.noted },
    lifecycle: (links) => new Lifecycle({ config, clock, log, migration, passive, shared, ...times, ...links }),
  };
}
