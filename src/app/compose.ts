/** The one place where the parts meet: a configuration becomes a running sync. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../base/clock.js';
import { type Faults, faultsFrom } from '../base/fault-points.js';
import type { Logger } from '../base/logger.js';
import { durationMs } from '../config/duration.js';
import type { Config } from '../config/schema.js';
import { makeAgreement } from '../conflict/agreement.js';
import type { RunCustom } from '../conflict/custom.js';
import { makeResolver, type Resolve } from '../conflict/resolve.js';
import type { KafkaTransport } from '../kafka/open.js';
import type { Division } from '../model/share.js';
import { broadcast } from '../observe/broadcast.js';
import { ClockSkew } from '../observe/clock-skew.js';
import { Collector } from '../observe/collector.js';
import { History } from '../observe/history.js';
import { LogRooms } from '../observe/log-rooms.js';
import { otelTracer } from '../observe/otel-tracer.js';
import { Prometheus } from '../observe/prometheus.js';
import { Engine, type EngineParts, type SyncEngine } from '../sync/engine.js';
import { defaultEngineOptions, type EngineOptions } from '../sync/options.js';
import { Comparisons } from './compare/comparisons.js';
import { CustomRunner } from './custom/custom-runner.js';
import { engineNews } from './events/engine-news.js';
import { EventFeed } from './events/event-feed.js';
import { openLifecycle } from './lifecycle/open-lifecycle.js';
import { prepareSides } from './prepare.js';
import { type Mapping, readMapping } from './read-schema.js';
import { Retention } from './record/retention.js';
import { RunningSync } from './running-sync.js';
import { Coordinator, type Duty } from './scale/coordinator.js';
import { keepLayout } from './scale/layout.js';
import { openTransport } from './scale/open-kafka.js';
import { openShared } from './scale/open-shared.js';
import { prepareAlone } from './scale/prepare-alone.js';
import type { Role } from './scale/roles.js';
import { boundsOfShare } from './scale/share-bounds.js';
import type { SharedEngine } from './scale/shared-engine.js';
import { type OpenSides, openSides, ownSource } from './sides.js';
import type { Sync } from './sync.js';
import { Watch, type WatchTimes } from './watch/watch.js';

export interface ComposeOptions {
  readonly log: Logger;
  /** What this process does; with the embedded transport it is all there is to do. Default: `all`. */
  readonly role?: Role;
  /** Told of each statement that prepares a database. */
  readonly onStatement?: (statement: string) => void;
  /** False: what comparisons find raises no rollback level, since whoever started this looks at it. Default: true. */
  readonly levels?: boolean;
  /** Told of the engine over Kafka, for who divides it anew. */
  readonly shared?: (engine: SharedEngine) => void;
  /** For tests: the engine's bounds and pauses. */
  readonly engine?: Partial<EngineOptions>;
  /** For tests: how often the record of conflicts is looked through for what is too old. */
  readonly retentionEveryMs?: number;
  /** For tests: how patient alerts are. */
  readonly watchTimes?: WatchTimes;
  /** For tests: how long a stop waits for what is under way. */
  readonly stopLimitMs?: number;
  /** For tests: where the process is to end. */
  readonly faults?: Faults;
}

/** Prepares what is missing, takes over from a predecessor and starts. Everything is closed again if that fails. */
export async function compose(config: Config, options: ComposeOptions): Promise<Sync> {
  const mapping = await readMapping(config, options);
  const custom = new CustomRunner();
  try {
    await custom.load(mapping.policies);
    return await composeSides(config, mapping, { ...options, custom });
  } catch (error) {
    await custom.close();
    throw error;
  }
}

type WithCustom = ComposeOptions & { readonly custom: CustomRunner };

async function composeSides(config: Config, mapping: Mapping, options: WithCustom): Promise<Sync> {
  const clock = systemClock;
  const faults = options.faults ?? faultsFrom(process.env['ISTHMUS_FAULT'], () => process.kill(process.pid, 'SIGKILL'));
  const sides = await openSides(config, mapping, { log: options.log, clock });
  const skew = new ClockSkew({ sql: sides.sql.store, mongodb: sides.mongodb.store, clock, log: options.log });
  try {
    const transport = await openTransport(config, { entities: sides.entities, log: options.log, clock });
    const onStatement = options.onStatement ?? ((): void => {});
    const prepare = (): Promise<void> =>
      prepareSides(sides, {
        dryRun: false,
        onStatement: (side, statement) => {
          onStatement(statement);
          faults.reach(`prepare.${side}`);
        },
      });
    if (transport === null) await prepare();
    else
      await prepareAlone(sides.mongodb.leases, clock, async () => {
        await transport.prepare({ dryRun: false, onStatement });
        await prepare();
      });
    const division = await keepLayout(sides.mongodb.board, sides.sql.store, config);
    await skew.measure();
    const { record } = config;
    const everyMs = options.retentionEveryMs === undefined ? {} : { everyMs: options.retentionEveryMs };
    const retention = new Retention({
      conflicts: sides.mongodb.conflicts,
      record,
      clock,
      log: options.log,
      ...everyMs,
    });
    const { role = 'all' } = options;
    const sync = await assemble(config, sides, { ...options, role, transport, division, skew, faults, retention });
    skew.start();
    if (transport === null) retention.start();
    return sync;
  } catch (error) {
    await sides.close();
    throw error;
  }
}

type Assembly = WithCustom & {
  readonly role: Role;
  /** Null: the embedded one. */
  readonly transport: KafkaTransport | null;
  readonly division: Division;
  readonly skew: ClockSkew;
  readonly faults: Faults;
  readonly retention: Retention;
};

async function assemble(
  config: Config,
  sides: OpenSides,
  {
    log,
    role,
    transport,
    division,
    shared: told,
    engine: bounds,
    levels = true,
    skew,
    faults,
    retention,
    custom,
    watchTimes: times = {},
    stopLimitMs,
  }: Assembly,
): Promise<Sync> {
  const { entities, policies } = sides;
  const { skewMs } = skew;
  const strategies = new Map([...policies].map(([table, { strategy }]) => [table, strategy]));
  const collector = new Collector(skewMs, systemClock.now);
  const prometheus = new Prometheus({ tables: [...entities.keys()], strategies, skewMs });
  const feed = new EventFeed({ epoch: randomUUID().slice(0, 8) });
  const stores = { sql: sides.sql.store, mongodb: sides.mongodb.store };
  const history = new History({ now: systemClock.now, skewMs });
  const { conflicts } = sides.mongodb;
  const counts = await conflicts.counts(systemClock.now());
  const resolverWith = (by: typeof policies, run: RunCustom): Resolve =>
    makeResolver({ entities, policies: by, skewMs, custom: run });
  const phases = await openLifecycle({
    config,
    store: sides.mongodb.migration,
    clock: systemClock,
    log,
    tickMs: times.phasesEveryMs,
  });
  const parts: Omit<EngineParts, 'sides' | 'conflicts'> = {
    courses: phases.courses,
    entities,
    resolve: resolverWith(policies, custom.run),
    agrees: makeAgreement(entities, policies),
    clock: systemClock,
    aheadMs: skew.aheadMs,
    log,
    newId: randomUUID,
    observer: broadcast([collector, prometheus, history.observer, phases.observer, engineNews(feed, systemClock)]),
    tracer: config.traces ? otelTracer(systemClock) : null,
    faults,
    options: { ...engineOptions(config), ...bounds },
  };
  const shared = transport && openShared({ config, role, division, sides, transport, engine: parts });
  if (shared) told?.(shared);
  const engine: SyncEngine =
    shared ??
    new Engine({
      ...parts,
      sides: {
        sql: { source: ownSource(sides.sql), store: stores.sql },
        mongodb: { source: sides.mongodb.source, store: stores.mongodb },
      },
      conflicts,
    });
  const rooms = new LogRooms({
    readers: { sql: sides.sql, mongodb: sides.mongodb },
    positions: () => {
      const { sql, mongodb } = engine.status().links;
      return { sql: sql.position, mongodb: mongodb.position };
    },
    clock: systemClock,
    log,
    ...(times.roomEveryMs === undefined ? {} : { everyMs: times.roomEveryMs }),
  });
  await engine.start();
  const comparisons = new Comparisons({
    stores,
    store: sides.mongodb.comparisons,
    engine,
    entities,
    clock: systemClock,
    log,
    everyMs: config.compare.every === null ? null : durationMs(config.compare.every),
    sample: config.compare.sample,
    shared: transport !== null,
  });
  const coordinator =
    transport === null
      ? null
      : ({ begin, end }: Duty) =>
          new Coordinator({
            leases: sides.mongodb.leases,
            owner: randomUUID(),
            clock: systemClock,
            log,
            begin: () => {
              comparisons.begin();
              retention.start();
              begin();
            },
            end: async () => {
              end();
              await Promise.all([comparisons.stop(), retention.stop()]);
            },
          });
  return new RunningSync({
    config,
    entities,
    stores,
    conflicts,
    engine,
    comparisons,
    levels,
    coordinator,
    transport: () => shared?.transport() ?? null,
    allReads: (own) => shared?.readsWith(own) ?? own,
    collector,
    prometheus,
    skew,
    retention,
    watch: (of) => new Watch({ ...of, config, collector, prometheus, history, rooms, clock: systemClock, log, times }),
    lifecycle: phases.lifecycle,
    feed,
    log,
    resolverWith,
    clock: systemClock,
    conflictsBefore: counts.groups.reduce((sum, { total }) => sum + total, 0),
    ...(stopLimitMs === undefined ? {} : { stopLimitMs }),
    close: async () => {
      await sides.close();
      await custom.close();
    },
  });
}

function engineOptions({ apply, initial, phases, transport }: Config): EngineOptions {
  const whole: EngineOptions = {
    ...defaultEngineOptions,
    batch: apply.batch,
    lanes: apply.lanes,
    throttle: apply.throttle,
    ...testedHeartbeat(process.env['ISTHMUS_HEARTBEAT_MS']),
    initial,
    keepsPassive: phases.passiveWrites === 'keep',
  };
  return transport.kind === 'kafka' ? boundsOfShare(whole, transport.partitions) : whole;
}

/** As `ISTHMUS_FAULT`, for tests of processes: what comes with a heartbeat comes sooner. */
function testedHeartbeat(setting: string | undefined): Partial<EngineOptions> {
  return setting === undefined || setting === '' ? {} : { heartbeatMs: Number(setting) };
}
