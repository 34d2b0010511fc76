/** A real browser for the tests of the dashboard: Debian's Chromium, driven by playwright-core. It is closed after the file. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFailed } from 'vitest';
import { buildDashboardIfStale } from '../scripts/dashboard.js';
import { waitFor } from '../src/testing/wait-for.js';

/** `npm test` says where it is, or `none`. */
const path = process.env['ISTHMUS_CHROMIUM'] ?? '/usr/bin/chromium';

export const hasBrowser = path !== 'none';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface PageOptions {
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
  /** Kept in the tab from the start. */
  readonly token?: string;
}

export interface Pages {
  /** A tab of its own, with a fresh session; what the page complains about is in `complaints`. */
  open(url: string, options?: PageOptions): Promise<Page>;
  readonly complaints: string[];
  readonly takesPictures: boolean;
  /** Keeps a picture where `npm run screenshots` asks for them. */
  picture(page: Page, name: string): Promise<void>;
}

const pictures = process.env['ISTHMUS_SCREENSHOTS'] ?? '';

/** To be called at the top of a test file. */
export async function testPages(): Promise<Pages> {
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];
  let browser: Browser | null = null;
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
  });
  await buildDashboardIfStale();
  return {
    complaints,
    takesPictures: pictures !== '',
    async picture(page, name) {
      if (pictures !== '') await page.screenshot({ path: `${pictures}/${name}.png` });
    },
    async open(url, { width = 1280, theme = 'light', token } = {}) {
      browser ??= await chromium.launch({ executablePath: path, headless: true, args: flags });
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      onTestFailed(async () => console.error(`The page showed:\n${await shownBy(page)}`));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          complaints.push(message.text());
      });
      if (token !== undefined)
        await page.addInitScript(`sessionStorage.setItem('isthmus-token', ${JSON.stringify(token)})`);
      await page.goto(url);
      return page;
    },
  };
}

function shownBy(page: Page): Promise<string> {
  return page.innerText('body', { timeout: 2000 }).catch((error: unknown) => String(error));
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What would keep people with other senses and hands from using the page: serious and critical findings of axe-core. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // A colour that is on its way to another one is not what a person reads.
  const still = 'document.getAnimations().every((one) => !(one instanceof CSSTransition))';
  await waitFor(() => page.evaluate<boolean>(still), { what: 'the end of all transitions' });
  const found = await page.evaluate<Finding[]>('axe.run(document).then(({ violations }) => violations)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
