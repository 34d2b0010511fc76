/** `run`: prepares what is missing, loads, then syncs until it is told to stop. */
import { type StartedSync, startLoaded } from '../../api/start.js';
import type { Role } from '../../app/scale/roles.js';
import type { SyncState } from '../../app/sync.js';
import { systemClock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { stopInTime } from '../bounded-stop.js';
import { type ConfigOptions, type Context, readConfig } from '../context.js';
import { exit, fail } from '../exit.js';
import { LiveView } from '../live-view.js';
import type { LogLevel } from '../log-levels.js';
import { QueueWatch } from '../queue-watch.js';
import type { Terminal } from '../terminal.js';
import { makeLogger } from '../terminal-logger.js';

export interface RunOptions extends ConfigOptions {
  readonly role: Role;
  readonly logLevel?: LogLevel;
}

export async function runRun(options: RunOptions, context: Context): Promise<number> {
  const { terminal, stopping } = context;
  const config = readConfig(options, context);
  const { role } = options;
  if (role !== 'all' && config.transport.kind === 'embedded')
    throw new IsthmusError('configuration_invalid', {
      message: `--role ${role} is for the Kafka transport, and transport.kind is embedded.`,
      remedy: 'Leave it out, or set transport.kind: kafka.',
    });
  const log = makeLogger(terminal, options.logLevel ?? (terminal.live ? 'warn' : 'info'));
  const sync = await startLoaded(config, {
    log,
    role,
    onStatement: (statement) => log.info({}, `prepared: ${statement}`),
  });
  log.info({ api: sync.url }, 'syncing');
  if (terminal.live)
    terminal.err(`${terminal.style.bold(config.name)} ${terminal.style.dim(`API and dashboard: ${sync.url}`)}`);
  const failed = new Promise<IsthmusError>((resolve) => sync.on('failed', resolve));
  const view = show(sync, terminal, log);
  const stopped = new Promise<null>((resolve) => {
    if (stopping.aborted) resolve(null);
    stopping.addEventListener('abort', () => resolve(null), { once: true });
  });
  const error = await Promise.race([failed, stopped]);
  await view.end();
  await stopInTime(() => sync.stop(), { clock: systemClock, log });
  if (error !== null) return fail(terminal, error);
  log.info({}, 'stopped');
  return exit.good;
}

/** Bars and a status line at a terminal; elsewhere a log line when the state changes, or more conflicts wait for a person. */
function show(sync: Pick<StartedSync, 'status'>, terminal: Terminal, log: Logger): { end(): Promise<void> } {
  const done = new AbortController();
  const view = new LiveView(terminal.style);
  const loop = async (): Promise<void> => {
    let state: SyncState | null = null;
    const queue = new QueueWatch();
    while (!done.signal.aborted) {
      const status = sync.status();
      view.update(status, performance.now());
      if (terminal.live) terminal.draw([...view.loadLines(terminal.columns), view.statusLine()]);
      else if (status.state !== state)
        log.info({ state: status.state, conflicts: status.conflicts, deadLetters: status.deadLetters }, status.state);
      if (!terminal.live && queue.grew(status.conflicts.pending, performance.now()))
        log.warn(
          { pending: status.conflicts.pending },
          'conflicts wait for a person: isthmus conflicts list --state pending',
        );
      state = status.state;
      await systemClock.sleep(terminal.live ? 250 : 500, done.signal);
    }
    terminal.draw([]);
  };
  const running = loop();
  return {
    end: () => {
      done.abort();
      return running;
    },
  };
}
