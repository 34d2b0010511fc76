/** What a job counted, and what it took. */
export interface Measured {
  readonly count: number;
  readonly seconds: number;
  /** Of this process, threads of the runtime included. */
  readonly cpuMs: number;
}

export async function measured(count: number, work: () => Promise<void>): Promise<Measured> {
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { count, seconds, cpuMs: (user + system) / 1000 };
}
