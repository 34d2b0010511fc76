/** What every page knows of the sync: its status and numbers, the alerts, and samples for the charts. Fed by the live events. */
import { connection, onEvent } from '../api/live.js';
import { request } from '../api/request.js';
import type { Alert, Numbers, Status } from '../api/shapes.js';
import { addSample, type Samples } from './samples.js';
import { session } from './session.js';
import { Store } from './store.js';

export const status = new Store<Status | null>(null);
export const numbers = new Store<Numbers | null>(null);
/** Null: not known, or a version without alerts. */
export const alerts = new Store<readonly Alert[] | null>(null);
export const samples = new Store<Samples>([]);

const sampleMs = 1000;

export function watchSync(): void {
  onEvent('status', (data) => status.set(data as Status));
  onEvent('numbers', (data) => numbers.set(data as Numbers));
  onEvent('alert', () => void readAlerts());
  let generation = -1;
  const lookAgain = (): void => {
    const now = connection.value;
    if (now.state !== 'open' || now.generation === generation) return;
    generation = now.generation;
    readAll();
  };
  connection.subscribe(lookAgain);
  session.subscribe(() => {
    generation = -1;
  });
  setInterval(sample, sampleMs);
}

function readAll(): void {
  void read<Numbers>('/api/metrics').then((found) => found && numbers.set(found));
  void readAlerts();
}

export async function readAlerts(): Promise<void> {
  const found = await read<{ alerts: readonly Alert[] }>('/api/alerts');
  if (found !== null) alerts.set(found.alerts);
}

/** Null where it cannot be had now: the pages that need it say why. */
async function read<T>(path: string): Promise<T | null> {
  try {
    return await request<T>(path);
  } catch {
    return null;
  }
}

function sample(): void {
  const now = status.value;
  if (now === null || connection.value.state !== 'open') return;
  samples.update((before) => addSample(before, now.links, Date.now()));
}
