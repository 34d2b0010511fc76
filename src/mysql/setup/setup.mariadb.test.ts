/** What `prepare` makes, `check` asks and `teardown` removes, and what the log shows of a write of ours, on a real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordId } from '../../model/record.js';
import { mariadbIsMissing, testMariadb } from '../../testing/servers/fixtures/test-mariadb.js';
import { type TestSide, testSide } from '../test-side.js';

const schema = `
  create table parents (id int primary key);
  create table children (id int primary key, parent int, must int not null, v text, constraint of_parent foreign key (parent) references parents (id) on delete cascade);
  create table hosts (id int primary key, address inet6);
  create table plain (id int primary key) engine = MyISAM
`;

describe.skipIf(mariadbIsMissing() !== null)('MariaDB, prepared', () => {
  const mariadb = testMariadb();
  let t: TestSide;
  beforeAll(async () => {
    t = await testSide({ ...(await mariadb.freshDatabase()), schema });
  });
  afterAll(() => t.close());

  test('check names what is wrong, each with what mends it', async () => {
    const found = new Map((await t.side.inspect()).map((finding) => [finding.id, finding]));
    const states = [...found].map(([id, { state }]) => [id.replace(`.${t.name}`, ''), state]);
    expect(states).toEqual([
      ['sql.version', 'ok'],
      ['sql.primary', 'ok'],
      ['sql.binlog', 'ok'],
      ['sql.binlog_format', 'ok'],
      ['sql.binlog_row_image', 'ok'],
      ['sql.packet', 'ok'],
      ['sql.gtid_domains', 'ok'],
      ['sql.table.children.cascade', 'warning'],
      ['sql.table.hosts.address.type', 'failed'],
      ['sql.table.parents', 'ok'],
      ['sql.table.plain.engine', 'failed'],
    ]);
    expect(found.get(`sql.table.${t.name}.plain.engine`)?.remedy).toBe(
      `alter table \`${t.name}\`.\`plain\` engine = InnoDB;`,
    );
  });

  test('a user without a right is told so', async () => {
    await t.user.query("create or replace user weak@'127.0.0.1' identified by 'secret'");
    await t.user.query(`grant select, insert, update on ${t.name}.* to weak@'127.0.0.1'`);
    const url = new URL(t.url);
    url.username = 'weak';
    url.password = 'secret';
    const weak = await t.another(url.href);
    const rights = (await weak.inspect()).find(({ id }) => id === `sql.table.${t.name}.parents.rights`);
    expect(rights).toMatchObject({ state: 'failed', what: expect.stringContaining('DELETE') });
    expect(JSON.stringify(rights)).not.toContain('secret');
    url.password = 'wrong';
    await expect(t.another(url.href)).rejects.toMatchObject({ code: 'authentication_failed' });
    await t.user.query("drop user weak@'127.0.0.1'");
  });

  test('the log shows the progress row first in the transaction of a write, and a mark in one of its own', async () => {
    await t.side.store.takeOver(1, 1);
    const from = (await t.rows('show master status'))[0] as readonly [string, string];
    const ref = { entity: `${t.name}.children`, key: '1' };
    const plan = () => ({
      writes: [{ ...ref, before: null, after: ['7', '1', 'x'] }],
      hold: [],
      drop: [],
      settlements: [],
    });
    await t.side.store.commit({ lane: 0, previous: 0, number: 1, read: [ref], plan });
    await t.side.store.mark('m1');
    // A foreign key is not asked: the parent may come later.
    expect((await t.side.store.read([ref], { locked: false, raw: false })).get(recordId(ref))?.state).toEqual([
      '7',
      '1',
      'x',
    ]);
    const events = await t.rows(`show binlog events in '${from[0]}' from ${from[1]}`);
    const told = events
      .map((event) => [String(event[2]), String(event[5])] as const)
      .flatMap(([type, info]) => {
        if (type === 'Gtid') return ['begin'];
        if (type === 'Xid') return ['commit'];
        const table = /\((.+)\)/.exec(info)?.[1] ?? '';
        return type === 'Table_map' && (table.startsWith('isthmus.') || table.startsWith(t.name)) ? [table] : [];
      });
    const text = told.join(' ');
    expect(text).toContain(`begin isthmus.progress ${t.name}.children commit`);
    expect(text).toContain('begin isthmus.marks commit');
  });

  test('prepare tells what is missing and is done once; teardown leaves other syncs alone', async () => {
    const said: string[] = [];
    await t.side.prepare({ dryRun: false, onStatement: (statement) => said.push(statement) });
    expect(said).toEqual([]);
    await t.rows("insert into isthmus.progress (name, lane, epoch, number) values ('another', 0, 1, 1)");
    await t.side.teardown({ dryRun: false, onStatement: (statement) => said.push(statement) });
    expect(said[0]).toBe(`delete from isthmus.progress where substring_index(name, '#', 1) = '${t.name}'`);
    expect(await t.rows(`select 1 from isthmus.progress where name = '${t.name}'`)).toEqual([]);
    expect(await t.rows("select number from isthmus.progress where name = 'another'")).toEqual([['1']]);
    await t.rows("delete from isthmus.progress where name = 'another'");
  });

  test('a share has progress and lanes of its own', async () => {
    const share = t.side.share(`${t.name}#3`);
    await share.takeOver(4, 1);
    await t.side.store.takeOver(2, 1);
    expect([await share.epoch(), await t.side.store.epoch()]).toEqual([4, 2]);
    const plan = () => ({ writes: [], hold: [], drop: [], settlements: [] });
    const request = { lane: 0, previous: 0, number: 1, read: [], plan };
    expect(await share.commit(request)).toMatchObject({ kind: 'committed' });
    expect(await t.side.store.commit(request)).toMatchObject({ kind: 'committed' });
    await share.close();
  });
});
