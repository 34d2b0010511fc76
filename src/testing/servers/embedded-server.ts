/** What a started server offers to tests, demo and benchmark, whichever it is. */

export interface EmbeddedServer {
  /** A connection URL with user and password where the server asks for them. */
  readonly url: string;
  readonly port: number;
  /** The process; null while it is killed or stopped. */
  readonly pid: number | null;
  readonly dataDir: string;
  /** What the server itself wrote. */
  readonly logFile: string;
  /** Ends it the hard way (SIGKILL unless told otherwise) and keeps its data: `start` goes on with them. SIGSTOP and SIGCONT work too. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again after `kill`, on the same port; resolves when it takes writes. */
  start(): Promise<void>;
  /** Ends it in order and removes its folder, unless it is to be kept. Idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** An existing or new folder for the data, which stays after `stop`. Default: a temporary folder that is removed. */
  readonly folder?: string;
  /** Where a temporary folder is made. Default: the system's place for such. */
  readonly parent?: string;
  /** Leave the temporary folder after `stop`. */
  readonly keep?: boolean;
  /** Survive a power cut too (fsync). Off by default: a killed process loses nothing either way. */
  readonly durable?: boolean;
  /** Told about what takes long, in a few words. */
  readonly onMessage?: (message: string) => void;
}
