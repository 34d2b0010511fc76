/** Starts a sync with its API: what `isthmus run` and programs call. */
import { type ComposeOptions, compose } from '../app/compose.js';
import type { Sync } from '../app/sync.js';
import { silentLogger } from '../base/logger.js';
import { type ConfigInput, configFrom, loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { type Api, mayListen, startApi } from './server.js';

export interface StartOptions extends Partial<ComposeOptions> {
  /** Without the HTTP API. */
  readonly api?: false;
}

/** `Sync`, and where its API answers (empty without one). `stop` ends both. */
export interface StartedSync extends Sync {
  readonly url: string;
}

/** `config`: the path of a YAML file, or the same keys as an object. */
export function start(config: string | ConfigInput, options: StartOptions = {}): Promise<StartedSync> {
  return startLoaded(typeof config === 'string' ? loadConfig(config) : configFrom(config), options);
}

/** The same with a configuration that was read already. */
export async function startLoaded(config: Config, options: StartOptions = {}): Promise<StartedSync> {
  const log = options.log ?? silentLogger;
  // A second one by mistake, with the first one's configuration, ends here and not after it has taken over.
  if (options.api !== false) await mayListen(config.api);
  const sync = await compose(config, { ...options, log });
  if (options.api === false) return withApi(sync, null);
  try {
    return withApi(sync, await startApi(sync, { ...config.api, log }));
  } catch (error) {
    await sync.stop();
    throw error;
  }
}

function withApi(sync: Sync, api: Api | null): StartedSync {
  return {
    url: api?.url ?? '',
    status: () => sync.status(),
    counts: () => sync.counts(),
    pause: () => sync.pause(),
    resume: () => sync.resume(),
    load: (entity, from) => sync.load(entity, from),
    settled: (limitMs) => sync.settled(limitMs),
    compare: (onProgress) => sync.compare(onProgress),
    conflicts: (filter) => sync.conflicts(filter),
    conflict: (id) => sync.conflict(id),
    decide: (id, decision) => sync.decide(id, decision),
    decideAll: (choice) => sync.decideAll(choice),
    deadLetters: () => sync.deadLetters(),
    letters: sync.letters,
    reads: sync.reads,
    numbers: () => sync.numbers(),
    replay: (request) => sync.replay(request),
    explain: (table, key) => sync.explain(table, key),
    events: sync.events,
    metrics: () => sync.metrics(),
    history: (minutes) => sync.history(minutes),
    alerts: sync.alerts,
    lifecycle: sync.lifecycle,
    comparisons: sync.comparisons,
    on: (event, listener) => sync.on(event, listener),
    stop: async () => {
      await api?.close();
      await sync.stop();
    },
  };
}
