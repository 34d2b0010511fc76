/** A migration steered in a real browser: steps refused and granted, differences found and repaired, the way back, dead letters. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type StartedSync, start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { barriers, hasBrowser, overflow, testPages } from './browser.js';
import { type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const pages = await testPages();
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: `
      create table users (id int primary key, name text not null, city text);
      create table orders (id int primary key, status text, total numeric);
      insert into users select id, 'Ada ' || id, 'London' from generate_series(1, 300) id;
      insert into orders select id, 'open', id * 10 from generate_series(1, 700) id;`,
    config: { initial: 'sql', lifecycle: true, entities: [{ table: 'users' }, { table: 'orders' }] },
  });
  sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
});

afterEach(() => expect(pages.complaints).toEqual([]));

async function openPhases(page: Page): Promise<void> {
  await page.goto(`${sync.url}/#/phases`);
  await page.getByRole('heading', { name: /^Next step/ }).waitFor();
}

/** All evidence is there: the step is offered, asked about, and taken. */
async function advance(page: Page, from: string, to: string): Promise<void> {
  await page.getByRole('heading', { name: new RegExp(`^Next step: ${to}`) }).waitFor();
  await waitFor(async () => (await page.locator('.unmet').count()) === 0, {
    what: `the evidence for ${to}`,
    limitMs: 30_000,
  });
  await page.getByRole('button', { name: 'Advance', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Advance' }).click();
  await page
    .getByRole('row', { name: `${from} → ${to}` })
    .first()
    .waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

const usable = async (page: Page): Promise<unknown> => ({
  barriers: await barriers(page),
  overflow: await overflow(page),
});
const good = { barriers: [], overflow: 0 };

describe.skipIf(!hasBrowser)('in a browser', () => {
  test('phases: steps with their evidence are taken, one without is refused with what is missing', async () => {
    const page = await pages.open(sync.url);
    await openPhases(page);
    await advance(page, 'prepare', 'snapshot');
    await advance(page, 'snapshot', 'replicate');
    expect(sync.status().phase).toBe('replicate');
    await settle(sync);
    await page.getByRole('heading', { name: /^Next step: dual read/ }).waitFor();
    await page.getByRole('button', { name: 'Advance', exact: true }).click();
    await page.getByText('The step was refused.').waitFor();
    await page.getByText(/Missing: comparison/).waitFor();
    expect(sync.status().phase).toBe('replicate');
    expect(await usable(page)).toEqual(good);
    await pages.picture(page, 'phases');
  });

  test('a step is forced with a reason only, and taken back after a question', async () => {
    const page = await pages.open(sync.url);
    await openPhases(page);
    const before = sync.status().phase;
    await page.getByRole('button', { name: 'Force…' }).click();
    const force = page.getByRole('button', { name: 'Force the step' });
    expect(await force.isDisabled()).toBe(true);
    await page.getByLabel('Why').fill('The pilot begins today');
    await force.click();
    await page.getByRole('row', { name: /advance, forced .* The pilot begins today/ }).waitFor();
    expect(sync.status().phase).not.toBe(before);
    const read = { table: 'public.users', key: 7, served: 'sql' };
    await fetch(`${sync.url}/api/reads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(read),
    });
    await page.getByText('public.users: 0 of 1 different').waitFor();
    await page.getByLabel('Earlier phase').selectOption(before);
    await page.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByLabel('Why, for the record').fill('Too early');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('row', { name: /rollback .* Too early/ }).waitFor();
    expect(sync.status().phase).toBe(before);
  });
});
