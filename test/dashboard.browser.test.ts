/** The dashboard in a real browser over a running sync: what operators do with it, by mouse and by keyboard. */
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type StartedSync, start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { barriers, hasBrowser, overflow, testPages } from './browser.js';
import { atOnce, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const pages = await testPages();
let rig: Rig;
let sync: StartedSync;

const schema = `
  create table users (id int primary key, name text not null, email text, city text, visits int, vip boolean, price numeric, tags text[], profile jsonb);
  create table orders (id int primary key, status text, total numeric);
  insert into users select id, 'Ada ' || id, 'ada' || id || '@example.com', 'London', id, false, 12.50, '{new}', '{"theme": "light"}' from generate_series(1, 200) id;
  insert into orders select id, 'open', id * 10 from generate_series(1, 500) id;`;

beforeAll(async () => {
  rig = await rigs.open({
    schema,
    config: {
      initial: 'sql',
      entities: [
        { table: 'users', conflict: { strategy: 'manual', delete: 'manual' } },
        { table: 'orders', conflict: { strategy: 'prefer_sql' } },
      ],
    },
  });
  sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
  await waitFor(() => sync.status().state === 'running', { what: 'the load', limitMs: 30_000 });
  await settle(sync);
});

const users = () => rig.db.collection('users');

/** Both sides change the user before either sees the other's change. */
async function collide(id: number, sql: string, mongodb: Readonly<Record<string, unknown>>): Promise<void> {
  await atOnce(
    sync,
    () => rig.sql.query(`update users set ${sql} where id = $1`, [id]),
    () => users().updateOne({ _id: id as never }, { $set: mongodb }),
  );
}

async function bothHold(id: number): Promise<{ sql: Record<string, unknown>; mongodb: Record<string, unknown> }> {
  await settle(sync);
  const { rows } = await rig.sql.query('select name, email, city, visits, vip from users where id = $1', [id]);
  const document = await users().findOne(
    { _id: id as never },
    { projection: { _id: 0, name: 1, email: 1, city: 1, visits: 1, vip: 1 } },
  );
  return { sql: rows[0] as Record<string, unknown>, mongodb: document as Record<string, unknown> };
}

const choice = (page: Page, field: string, version: string) =>
  page.getByRole('group', { name: new RegExp(`^${field}`) }).getByRole('radio', { name: new RegExp(`^${version}`) });

// A policy that was broken, a script that failed: the browser says so.
afterEach(() => expect(pages.complaints).toEqual([]));

describe.skipIf(!hasBrowser)('in a browser', () => {
  test('a conflict appears without reload and is resolved field by field; both databases hold the result', async () => {
    const page = await pages.open(`${sync.url}/#/conflicts`);
    await page.getByText('No conflict waits for a person').waitFor();
    await collide(7, `name = 'Ada Lovelace', city = 'Paris', visits = 70`, {
      name: 'Countess Lovelace',
      email: 'ada@new.example',
      visits: 700,
    });
    await page.getByRole('link', { name: 'Both changed it' }).click();
    await page.getByRole('heading', { name: /Both changed it: public.users/ }).waitFor();
    // Only one side changed these: taken already. The others are to be chosen.
    await page.getByText('2 fields to decide: name, visits').waitFor();
    expect(await choice(page, 'city', 'PostgreSQL').isChecked()).toBe(true);
    expect(await choice(page, 'email', 'MongoDB').isChecked()).toBe(true);
    await pages.picture(page, 'conflict');
    const write = page.getByRole('button', { name: 'Write to both sides' });
    expect(await write.isDisabled()).toBe(true);
    await choice(page, 'name', 'MongoDB').check();
    await choice(page, 'visits', 'Another value').check();
    await page.getByLabel('Value of visits (integer)').fill('lots');
    await page.getByText('Write a number.').waitFor();
    await page.getByLabel('Value of visits (integer)').fill('770');
    await write.click();
    await page.getByText('merged', { exact: true }).first().waitFor();
    const expected = { name: 'Countess Lovelace', email: 'ada@new.example', city: 'Paris', visits: 770, vip: false };
    expect(await bothHold(7)).toEqual({ sql: expected, mongodb: expected });
    expect(page.url()).not.toContain('Lovelace');
    await waitFor(async () => (await page.title()) === `Conflicts · Isthmus ${rig.name}`, { what: 'the title' });
  });

  test('a stale decision is refused visibly, with the new version loaded; the next one is written', async () => {
    await collide(8, `name = 'Grace', visits = 80`, { name: 'Hopper', visits: 800 });
    const page = await openWaiting();
    await choice(page, 'name', 'PostgreSQL').check();
    await choice(page, 'visits', 'PostgreSQL').check();
    await rig.sql.query(`update users set name = 'Grace H.' where id = 8`);
    // Told before a decision is made; made all the same, it is refused.
    await page.getByText('A side has changed the record while you were deciding').waitFor();
    await page.getByRole('button', { name: 'Write to both sides' }).click();
    await page.getByText('A side has moved, here is the new version').waitFor();
    await page.getByText('moved since').waitFor();
    await pages.picture(page, 'conflict-moved');
    expect((await bothHold(8)).mongodb).toMatchObject({ name: 'Hopper' });
    await choice(page, 'name', 'PostgreSQL').check();
    await choice(page, 'visits', 'MongoDB').check();
    await page.getByRole('button', { name: 'Write to both sides' }).click();
    await page.getByText('merged', { exact: true }).first().waitFor();
    const expected = { name: 'Grace H.', visits: 800 };
    expect(await bothHold(8)).toMatchObject({ sql: expected, mongodb: expected });
  });

  test('by keyboard alone: a conflict is opened, decided by a side, and the dialog of a pause keeps and gives back the focus', async () => {
    await collide(9, `city = 'Rome'`, { city: 'Oslo' });
    const page = await pages.open(`${sync.url}/#/conflicts`);
    const link = page.getByRole('link', { name: 'Both changed it' });
    await link.waitFor();
    await tabTo(page, link);
    await page.keyboard.press('Enter');
    const ways = page.getByRole('radio', { name: 'Field by field' });
    await ways.waitFor();
    await tabTo(page, ways);
    // Arrows move between the ways; the second step is MongoDB's version.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const write = page.getByRole('button', { name: 'Write to both sides' });
    await tabTo(page, write);
    await page.keyboard.press('Enter');
    await page.getByText('MongoDB won').first().waitFor();
    expect(await bothHold(9)).toMatchObject({ sql: { city: 'Oslo' }, mongodb: { city: 'Oslo' } });

    await page.goto(`${sync.url}/#/`);
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.waitFor();
    await tabTo(page, pause);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Pause the sync?' }).waitFor();
    for (let presses = 0; presses < 6; presses++) {
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate(
          'document.activeElement.closest("dialog") !== null || document.activeElement === document.body',
        ),
      ).toBe(true);
    }
    await page.keyboard.press('Escape');
    await waitFor(() => isFocused(pause), { what: 'the focus to come back' });
    expect(sync.status().state).toBe('running');
  });

  test('pauses after a question and resumes, and says so at once', async () => {
    const page = await pages.open(sync.url);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('status', { name: 'The sync is paused' }).waitFor();
    expect(sync.status().state).toBe('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('status', { name: 'The sync is running' }).waitFor();
    expect(sync.status().state).toBe('running');
    // By somebody else: told without a reload.
    await sync.pause();
    await page.getByRole('status', { name: 'The sync is paused' }).waitFor();
    await sync.resume();
    await page.getByRole('status', { name: 'The sync is running' }).waitFor();
  });

  test('many conflicts are resolved at once, by kind and table', async () => {
    await atOnce(
      sync,
      () => rig.sql.query(`update users set city = 'Bern' where id between 20 and 39`),
      () => users().updateMany({ _id: { $gte: 20, $lt: 40 } as never }, { $set: { city: 'Cork' } }),
    );
    const page = await pages.open(`${sync.url}/#/conflicts?table=public.users`);
    await page.getByText('20 conflicts waiting for a person').first().waitFor();
    await pages.picture(page, 'conflicts');
    await page.getByRole('button', { name: 'Resolve all…' }).click();
    await page.getByRole('radio', { name: /MongoDB’s version/ }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Write to both sides' }).click();
    await page.getByText('20 conflicts resolved.').waitFor();
    await page.getByText('No conflict waits for a person').waitFor();
    expect(await bothHold(25)).toMatchObject({ sql: { city: 'Cork' }, mongodb: { city: 'Cork' } });
  });

  test.each((['light', 'dark'] as const).flatMap((theme) => [1280, 360].map((width) => ({ theme, width }))))(
    'no page has a barrier or scrolls sideways: $theme, $width px wide',
    async ({ theme, width }) => {
      const id = 60 + width / 40 + (theme === 'dark' ? 1 : 0);
      await collide(id, `name = 'A rather long name, to see where lines are broken', tags = '{a,b}'`, {
        name: 'x',
        profile: { theme: 'dark', deep: { er: [1, 2, 3] } },
      });
      const page = await pages.open(sync.url, { width, theme });
      const found: Record<string, unknown> = {};
      for (const name of ['', 'conflicts', 'conflicts?state=all', 'comparisons', 'phases', 'dead-letters']) {
        await page.goto(`${sync.url}/#/${name}`);
        await atRest(page);
        found[name] = { barriers: await barriers(page), overflow: await overflow(page) };
        if (name === '' && width === 360 && theme === 'dark') await pages.picture(page, 'overview-narrow');
      }
      await page.goto(`${sync.url}/#/conflicts`);
      await page.getByRole('link', { name: 'Both changed it' }).first().click();
      await page.getByText('fields to decide').or(page.getByText('field to decide')).waitFor();
      found['conflict'] = { barriers: await barriers(page), overflow: await overflow(page) };
      if (width === 360 && theme === 'light') await pages.picture(page, 'conflict-narrow');
      await page.getByRole('radio', { name: 'No record' }).check();
      await page.getByRole('button', { name: 'Delete on both sides…' }).click();
      await page.getByRole('dialog').waitFor();
      found['dialog'] = { barriers: await barriers(page), overflow: await overflow(page) };
      const good = { barriers: [], overflow: 0 };
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, good])));
      await sync.decide(...(await firstWaiting()));
    },
  );

  test('charts, figures and tables follow what crosses, without reload', async () => {
    const page = await pages.open(sync.url, { theme: 'dark' });
    await page.getByRole('heading', { name: 'Over time' }).waitFor();
    const chart = page.getByRole('img', { name: /^Records a second: PostgreSQL to MongoDB [1-9]/ });
    // Pictures show more than a test needs to see.
    const until = performance.now() + (pages.takesPictures ? 40_000 : 0);
    let round = 0;
    const write = async (): Promise<boolean> => {
      round += 1;
      await rig.sql.query('update orders set total = total + 1 where id % 50 = $1', [round % 50]);
      if (round % 3 === 0)
        await rig.db
          .collection('orders')
          .updateMany({ _id: { $gte: 1 + (round % 30), $lt: 20 } as never }, { $set: { status: `step ${round}` } });
      return (await chart.count()) > 0 && performance.now() > until;
    };
    await waitFor(write, { what: 'the throughput in the chart', limitMs: 90_000, everyMs: 20 });
    await page.getByRole('row', { name: /public\.orders orders loaded, following 500/ }).waitFor();
    await pages.picture(page, 'overview');
    await settle(sync);
  }, 120_000);

  test('says that the process is away, and goes on by itself when it is back', async () => {
    const own = await rigs.open({
      schema: 'create table notes (id int primary key, title text)',
      config: { entities: [{ table: 'notes' }] },
    });
    let other = await start(own.config);
    own.atEnd(() => other.stop());
    const port = new URL(other.url).port;
    const page = await pages.open(other.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await other.stop();
    await page.getByText('The process does not answer.').first().waitFor();
    other = await start({ ...own.config, api: { listen: `127.0.0.1:${port}` } });
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.getByText('The process does not answer.').count()).toBe(0);
  });

  test('asks for the token, keeps it in the tab and out of the address', async () => {
    const own = await rigs.open({
      schema: 'create table notes (id int primary key, title text)',
      config: { entities: [{ table: 'notes' }], api: { listen: '127.0.0.1:0', token: 'open-sesame' } },
    });
    const guarded = await start(own.config);
    own.atEnd(() => guarded.stop());
    const page = await pages.open(guarded.url);
    const field = page.getByLabel('Token', { exact: true });
    await field.fill('wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('The token was refused.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await field.fill('open-sesame');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Tables' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Tables' }).waitFor();
    expect(page.url()).not.toContain('sesame');
  });
});

async function openWaiting(): Promise<Page> {
  const page = await pages.open(`${sync.url}/#/conflicts`);
  await page.getByRole('link', { name: 'Both changed it' }).first().click();
  await page.getByRole('heading', { name: 'Decide' }).waitFor();
  return page;
}

/** What `decide` needs to end the first conflict that waits. */
async function firstWaiting(): Promise<Parameters<StartedSync['decide']>> {
  const { conflicts } = await sync.conflicts({ state: 'pending', limit: 1 });
  const id = String(conflicts[0]?.['conflictId']);
  const shown = await sync.conflict(id);
  return [id, { use: 'sql', seen: String(shown?.['seen']), by: 'test' }];
}

/** Nothing is loading any more. */
async function atRest(page: Page): Promise<void> {
  await waitFor(async () => (await page.locator('.loading').count()) === 0, { what: 'the page' });
}

function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** As a person without a mouse comes there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await isFocused(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('The focus does not come there by Tab.');
}
