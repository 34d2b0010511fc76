/** Which page is open: `#/page/id?filter=…`. Ids and names of tables may stand there, values of rows never. */
import { Store } from './store.js';

export const pages = ['overview', 'conflicts', 'comparisons', 'phases', 'dead-letters'] as const;
export type PageName = (typeof pages)[number];

export interface Route {
  readonly page: PageName;
  readonly id: string | null;
  readonly query: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const page = pages.find((one) => one === name) ?? 'overview';
  return { page, id: id === '' ? null : decoded(id), query: Object.fromEntries(new URLSearchParams(search)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function href(page: PageName, id: string | null = null, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  const path = page === 'overview' ? '' : id === null ? page : `${page}/${encodeURIComponent(id)}`;
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

export const route = new Store<Route>(parseRoute(''));

export function followRoute(): void {
  const look = (): void => route.set(parseRoute(location.hash));
  addEventListener('hashchange', look);
  look();
}

export function go(to: string): void {
  location.hash = to;
}
