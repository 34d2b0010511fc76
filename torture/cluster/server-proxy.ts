/** One proxy of toxiproxy: cut it, open it, poison what flows. Must not know whose traffic it is. */

/** Towards the server, or back to its client. */
export type Stream = 'upstream' | 'downstream';

export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'timeout' | 'reset_peer';
  readonly stream: Stream;
  /** Milliseconds, or KB/s, as toxiproxy's documentation says. */
  readonly attributes: Readonly<Record<string, number>>;
}

const answerLimitMs = 10_000;
/** Its own answer, too, where it waits for itself in vain. */
const hung = 503;

export class ServerProxy {
  readonly name: string;
  readonly port: number;
  private readonly target: number;
  private toxics = 0;

  /** `revive`: has toxiproxy started anew, with all proxies as they were made. */
  constructor(
    private readonly api: string,
    { name, port, target }: { readonly name: string; readonly port: number; readonly target: number },
    private readonly revive: () => Promise<void>,
  ) {
    this.name = name;
    this.port = port;
    this.target = target;
  }

  async create(): Promise<void> {
    await this.askOnce('POST', '/proxies', {
      name: this.name,
      listen: `127.0.0.1:${this.port}`,
      upstream: `127.0.0.1:${this.target}`,
      enabled: true,
    });
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    await this.ask('POST', `/proxies/${this.name}`, { enabled: false });
  }

  async open(): Promise<void> {
    await this.ask('POST', `/proxies/${this.name}`, { enabled: true });
  }

  /** Resolves with what takes the toxic away again. */
  async poison(toxic: Toxic): Promise<() => Promise<void>> {
    const name = `${toxic.type}-${++this.toxics}`;
    await this.ask('POST', `/proxies/${this.name}/toxics`, { name, toxicity: 1, ...toxic });
    return () => this.ask('DELETE', `/proxies/${this.name}/toxics/${name}`);
  }

  /** It hangs for good now and then, in taking a toxic away. Anew it has none: connections are reset, as other faults do. */
  private async ask(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
    const response = await this.send(method, path, body).catch(() => null);
    if (response !== null && response.status !== hung) return this.mustBeDone(response, method, path);
    await this.revive();
    if (method === 'POST') await this.askOnce(method, path, body);
  }

  private async askOnce(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
    await this.mustBeDone(await this.send(method, path, body), method, path);
  }

  private send(method: string, path: string, body?: object): Promise<Response> {
    return fetch(this.api + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerLimitMs),
    });
  }

  private async mustBeDone(response: Response, method: string, path: string): Promise<void> {
    // A toxic that is gone already went with toxiproxy's last start.
    if (response.ok || (method === 'DELETE' && response.status === 404)) return;
    throw new Error(`toxiproxy refused ${method} ${path}: ${await response.text()}`);
  }
}
