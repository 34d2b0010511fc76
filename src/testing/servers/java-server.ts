/** What Kafka's broker and Connect's worker have in common as processes: Java, a class path, settings in a file, a log. */
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import type { EmbeddedServer } from './embedded-server.js';
import { removeServerFolder, type ServerFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';

export interface JavaServerParts {
  /** For messages. */
  readonly name: string;
  readonly java: string;
  readonly classPath: readonly string[];
  readonly mainClass: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly heapMb: number;
  readonly folder: ServerFolder;
  readonly url: string;
  readonly port: number;
  /** Whether it takes work now; false as long as it starts. */
  readonly answers: () => Promise<boolean>;
}

const startLimitMs = 120_000;

export class JavaServer implements EmbeddedServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly #process: ServerProcess;

  constructor(private readonly parts: JavaServerParts) {
    const { name, java, folder, mainClass, heapMb, classPath } = parts;
    this.url = parts.url;
    this.port = parts.port;
    this.dataDir = folder.dataDir;
    this.logFile = folder.logFile;
    this.#process = new ServerProcess({
      name,
      program: java,
      args: [
        `-Xms${heapMb}m`,
        `-Xmx${heapMb}m`,
        `-Dlog4j.configuration=file:${logSettingsFile(folder)}`,
        '-cp',
        classPath.join(delimiter),
        mainClass,
        settingsFile(folder),
      ],
      env: { PATH: process.env['PATH'], HOME: folder.path, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      user: null,
      logFile: folder.logFile,
      // Data that are thrown away need no order.
      stopSignal: folder.temporary ? 'SIGKILL' : 'SIGTERM',
      removeFolder: folder.temporary ? folder.path : null,
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    const { name, folder, settings } = this.parts;
    await writeFile(settingsFile(folder), propertiesOf(settings), { mode: 0o600 });
    await writeFile(logSettingsFile(folder), propertiesOf(logSettings));
    await this.#process.spawn();
    const up = (): Promise<boolean> => {
      if (this.#process.pid === null) throw new Error('the process has ended');
      return this.parts.answers();
    };
    try {
      await waitFor(up, { limitMs: startLimitMs, everyMs: 100, what: `${name} to answer` });
    } catch (cause) {
      const message = `${name} did not start: ${this.#process.lastWords().slice(-900)}`;
      await this.stop();
      throw new IsthmusError('embedded_server_failed', { message, cause });
    }
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#process.kill(signal);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await removeServerFolder(this.parts.folder);
  }
}

const settingsFile = (folder: ServerFolder): string => join(folder.path, 'server.properties');
const logSettingsFile = (folder: ServerFolder): string => join(folder.path, 'log4j.properties');

/** Without settings the logging library says nothing at all, not even why a server ended. */
const logSettings = {
  'log4j.rootLogger': 'WARN, out',
  'log4j.appender.out': 'org.apache.log4j.ConsoleAppender',
  'log4j.appender.out.layout': 'org.apache.log4j.PatternLayout',
  'log4j.appender.out.layout.ConversionPattern': '%d %p %c{1}: %m%n',
};

/** A file of Java properties. Backslashes begin an escape there; line breaks cannot be in our values. */
export function propertiesOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}
