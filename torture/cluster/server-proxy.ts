/** One proxy of toxiproxy: cut it, open it, poison what flows. Must not know whose traffic it is. */

/** Towards the server, or back to its client. */
export type Stream = 'upstream' | 'downstream';

export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'timeout' | 'reset_peer';
  readonly stream: Stream;
  /** Milliseconds, or KB/s, as toxiproxy's documentation says. */
  readonly attributes: Readonly<Record<string, number>>;
}

const answerLimitMs = 30_000;

export class ServerProxy {
  readonly name: string;
  readonly port: number;
  private toxics = 0;

  constructor(
    private readonly api: string,
    { name, port }: { readonly name: string; readonly port: number },
  ) {
    this.name = name;
    this.port = port;
  }

  async create(target: number): Promise<void> {
    await this.ask('POST', '/proxies', {
      name: this.name,
      listen: `127.0.0.1:${this.port}`,
      upstream: `127.0.0.1:${target}`,
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

  private async ask(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
    const response = await fetch(this.api + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerLimitMs),
    });
    if (!response.ok) throw new Error(`toxiproxy refused ${method} ${path}: ${await response.text()}`);
  }
}
