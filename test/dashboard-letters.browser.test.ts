/** Dead letters in a real browser: seen, tried again, given up. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { barriers, hasBrowser, overflow, testPages } from './browser.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();
const pages = await testPages();
afterEach(() => expect(pages.complaints).toEqual([]));

const usable = async (page: Page): Promise<unknown> => ({
  barriers: await barriers(page),
  overflow: await overflow(page),
});
const good = { barriers: [], overflow: 0 };

describe.skipIf(!hasBrowser)('in a browser', () => {
  test('one appears without reload, is refused again, crosses once its cause is gone; another is discarded', async () => {
    const own = await rigs.open({
      schema: `create table members (id int primary key, name text, age int constraint grown check (age >= 0));
        insert into members select id, 'Ada ' || id, 30 from generate_series(1, 20) id;`,
      config: { initial: 'sql', entities: [{ table: 'members' }] },
    });
    const both = await start(own.config, { engine: { refusedRetryMs: 1000 } });
    own.atEnd(() => both.stop());
    await waitFor(() => both.status().state === 'running', { what: 'the load', limitMs: 30_000 });
    await settle(both);
    const page = await pages.open(`${both.url}/#/dead-letters`);
    await page.getByText('Every change could be written.').waitFor();
    const members = own.db.collection('members');
    await members.updateOne({ _id: 3 as never }, { $set: { age: -1 } });
    await page.getByRole('row', { name: /public\.members/ }).waitFor({ timeout: 40_000 });
    expect(await usable(page)).toEqual(good);
    await page
      .getByRole('row', { name: /public\.members/ })
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: 'The change' }).waitFor();
    await pages.picture(page, 'dead-letter');
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.getByText('It is refused again.').waitFor();
    await own.sql.query('alter table members drop constraint grown');
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.getByText('It is gone').waitFor();
    const age = async (id: number) => (await own.sql.query('select age from members where id = $1', [id])).rows[0].age;
    expect(await age(3)).toBe(-1);

    await own.sql.query('alter table members add constraint small check (age < 1000)');
    await members.updateOne({ _id: 5 as never }, { $set: { age: 5000 } });
    await page.goto(`${both.url}/#/dead-letters`);
    await page
      .getByRole('row', { name: /public\.members/ })
      .getByRole('link')
      .click({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Discard…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Every change could be written.').waitFor();
    await page.getByLabel('State').selectOption('discarded');
    await page.getByRole('row', { name: /public\.members 5 .* dashboard/ }).waitFor();
    expect(await age(5)).toBe(30);
    expect(both.status().deadLetters).toBe(0);
  }, 150_000);
});
