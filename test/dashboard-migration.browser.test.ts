/** A migration steered in a real browser: steps refused and granted, differences found and repaired, the way back, dead letters. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type StartedSync, start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { barriers, hasBrowser, overflow, testPages } from './browser.js';
import { type Rig, settle, testRigs } from './rig.js';
import { stallingProxy } from './stalling-proxy.js';

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
    config: {
      initial: 'sql',
      lifecycle: true,
      entities: [{ table: 'users' }, { table: 'orders' }],
      // Five differences are so large a share here that they would be left to people at once.
      levels: { review: 0.1, pause: 0.1 },
    },
  });
  sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
});

afterEach(() => expect(pages.complaints).toEqual([]));

const users = () => rig.db.collection('users');

/** Written on the side that does not lead in this phase: noticed, and left as it is. */
async function plant(): Promise<void> {
  await users().updateMany({ _id: { $gte: 1, $lte: 3 } as never }, { $set: { city: 'tampered' } });
  await users().deleteOne({ _id: 4 as never });
  await users().insertOne({ _id: 9001 as never, name: 'stray', city: null });
}

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

async function compare(page: Page): Promise<void> {
  await page.goto(`${sync.url}/#/comparisons`);
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByRole('heading', { name: /^Comparison/, level: 1 }).waitFor();
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
    await page.locator('.unmet').first().waitFor();
    await page.getByRole('button', { name: 'Advance', exact: true }).click();
    await page.getByText('The step was refused.').waitFor();
    await page.getByText(/Missing: (.*, )?comparison/).waitFor();
    expect(sync.status().phase).toBe('replicate');
    expect(await usable(page)).toEqual(good);
    await pages.picture(page, 'phases');
  });

  test('what is shown stays, a refusal too, while an answer that is cut short is asked for again', async () => {
    const proxy = await stallingProxy(sync.url ?? '');
    rig.atEnd(() => proxy.close());
    const page = await pages.open(proxy.url);
    await page.goto(`${proxy.url}/#/phases`);
    await page.getByRole('heading', { name: /^Next step: dual read/ }).waitFor();
    proxy.stall('/api/phase');
    await page.getByRole('button', { name: 'Advance', exact: true }).click();
    await page.getByText('The step was refused.').waitFor();
    const before = proxy.stalled;
    await waitFor(() => proxy.stalled >= before + 2, { what: 'the page to ask again', limitMs: 20_000 });
    expect(await page.getByText('The step was refused.').isVisible()).toBe(true);
  });

  test('a comparison finds planted differences and repairs them after a question; then the step is granted', async () => {
    await plant();
    const page = await pages.open(sync.url);
    await openPhases(page);
    await page.getByText('Somebody writes to the side that is passive in this phase').waitFor();
    await compare(page);
    await page.getByText('5 differences').first().waitFor();
    await page.getByRole('row', { name: /9001 public\.users missing in PostgreSQL/ }).waitFor();
    await page.getByRole('row', { name: /^2 public\.users different city/ }).waitFor();
    expect(await usable(page)).toEqual(good);
    await pages.picture(page, 'comparison');
    await page.getByRole('button', { name: 'Repair…' }).click();
    await page.getByText('3 records are overwritten in MongoDB with what PostgreSQL holds').waitFor();
    const repair = page.getByRole('dialog').getByRole('button', { name: 'Repair' });
    expect(await repair.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'I have read what will be written' }).check();
    await pages.picture(page, 'comparison-repair');
    await repair.click();
    await waitFor(async () => (await page.getByRole('row', { name: /repaired$/ }).count()) === 5, {
      what: 'five repaired records',
      limitMs: 30_000,
    });
    expect(await users().findOne({ _id: 2 as never })).toMatchObject({ city: 'London' });
    expect(await users().countDocuments()).toBe(300);
    await compare(page);
    await page.getByText('equal', { exact: true }).first().waitFor();
    await openPhases(page);
    await advance(page, 'replicate', 'dual read');
    expect(sync.status().phase).toBe('dual_read');
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
