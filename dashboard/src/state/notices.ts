/** Short messages about what was just done; they go by themselves. */
import { Store } from './store.js';

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

export const notices = new Store<readonly Notice[]>([]);

const shownMs = 7000;
let last = 0;

export function notify(text: string, tone: Notice['tone'] = 'good'): void {
  last += 1;
  const notice = { id: last, text, tone };
  notices.update((all) => [...all.slice(-3), notice]);
  setTimeout(() => dismiss(notice.id), shownMs);
}

export function dismiss(id: number): void {
  notices.update((all) => all.filter((one) => one.id !== id));
}
