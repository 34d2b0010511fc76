/** Toxiproxy, by Shopify: finds or builds its server, runs it, and speaks its HTTP API. Must not know what stands behind a proxy. */
import { access, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isListening } from '../../src/testing/servers/free-port.js';
import { runCommand } from '../../src/testing/servers/run-command.js';
import { ServerProcess } from '../../src/testing/servers/server-process.js';
import { waitFor } from '../../src/testing/wait-for.js';
import { ServerProxy } from './server-proxy.js';

const version = 'v2.12.0';
const module = `github.com/Shopify/toxiproxy/v2/cmd/server@${version}`;
const cache = fileURLToPath(new URL(`../../.cache/toxiproxy/${version}`, import.meta.url));
const buildLimitMs = 300_000;

/** TOXIPROXY_BIN, `toxiproxy-server` on the PATH, or one that Go builds from its module proxy once. */
export async function findToxiproxy(note: (text: string) => void): Promise<string> {
  const own = process.env['TOXIPROXY_BIN'];
  if (own !== undefined && own !== '') return own;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'toxiproxy-server');
    if (folder !== '' && (await exists(path))) return path;
  }
  const built = join(cache, 'server');
  if (await exists(built)) return built;
  note(`builds toxiproxy (go install ${module})`);
  await mkdir(cache, { recursive: true });
  try {
    await runCommand('go', ['install', module], { limitMs: buildLimitMs, env: { ...process.env, GOBIN: cache } });
  } catch (cause) {
    throw new Error(`Toxiproxy is needed: set TOXIPROXY_BIN, or install Go. ${(cause as Error).message}`, { cause });
  }
  return built;
}

export interface ProxyPlan {
  readonly name: string;
  /** The port that is offered; any free one by default. */
  readonly port?: number;
  /** The server's own port. */
  readonly target: number;
}

export class Toxiproxy {
  private readonly proxies: ServerProxy[] = [];
  private reviving: Promise<void> | null = null;

  private constructor(
    private readonly server: ServerProcess,
    private readonly port: number,
  ) {}

  static async start(program: string, logFile: string): Promise<Toxiproxy> {
    const port = await freePort();
    const server = new ServerProcess({
      name: 'toxiproxy',
      program,
      args: ['-host', '127.0.0.1', '-port', String(port)],
      env: { LOG_LEVEL: 'error' },
      user: null,
      logFile,
      stopSignal: 'SIGKILL',
      removeFolder: null,
    });
    const toxiproxy = new Toxiproxy(server, port);
    await toxiproxy.spawn();
    return toxiproxy;
  }

  async add({ name, port, target }: ProxyPlan): Promise<ServerProxy> {
    const listen = port ?? (await freePort());
    const proxy = new ServerProxy(`http://127.0.0.1:${this.port}`, { name, port: listen, target }, () => this.revive());
    await proxy.create();
    this.proxies.push(proxy);
    return proxy;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async spawn(): Promise<void> {
    await this.server.spawn();
    await waitFor(() => isListening(this.port), { what: `toxiproxy to listen; it said: ${this.server.lastWords()}` });
  }

  /** Once for all who ask meanwhile. */
  private revive(): Promise<void> {
    this.reviving ??= this.startAnew().finally(() => {
      this.reviving = null;
    });
    return this.reviving;
  }

  private async startAnew(): Promise<void> {
    await this.server.stop();
    await this.spawn();
    for (const proxy of this.proxies) await proxy.create();
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
