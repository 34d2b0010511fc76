/** Who looks, and how: the token (for as long as the tab is open), a name for the record of decisions, the theme. */
import { Store } from './store.js';

const tokenKey = 'isthmus-token';
const nameKey = 'isthmus-name';
const themeKey = 'isthmus-theme';

export type Theme = 'system' | 'light' | 'dark';

interface Session {
  readonly token: string;
}

export const session = new Store<Session>({ token: sessionStorage.getItem(tokenKey) ?? '' });

/** `wanted`: the API asked for a token; `refused`: it did not take the one that was given. */
export const tokenNeed = new Store<'none' | 'wanted' | 'refused'>('none');

export function wantToken(): void {
  tokenNeed.set(session.value.token === '' ? 'wanted' : 'refused');
}

export function giveToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
  tokenNeed.set('none');
  session.set({ token });
}

export const operator = new Store(localStorage.getItem(nameKey) ?? '');

export function setOperator(name: string): void {
  localStorage.setItem(nameKey, name);
  operator.set(name);
}

/** As decisions are signed. */
export function signature(): string {
  const name = operator.value.trim();
  return name === '' || name === 'policy' || name === 'agreement' ? 'dashboard' : name.slice(0, 100);
}

export const theme = new Store<Theme>(storedTheme());

function storedTheme(): Theme {
  const stored = localStorage.getItem(themeKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function setTheme(next: Theme): void {
  localStorage.setItem(themeKey, next);
  theme.set(next);
  applyTheme();
}

export function applyTheme(): void {
  const { dataset } = document.documentElement;
  if (theme.value === 'system') delete dataset['theme'];
  else dataset['theme'] = theme.value;
}
