/**
 * What a store must do whose server is SQL, as tests that are run against each: writes that meet users' transactions, lost
 * answers, sessions that are ended, processes that were replaced.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordId, type State } from '../../model/record.js';
import type { CommitOutcome, CommitRequest, HeldRow, Plan, SideStore } from '../../ports/side-store.js';
import type { CuttingProxy } from '../servers/cutting-proxy.js';
import { waitFor } from '../wait-for.js';
import type { StoreProcess } from './contract-side.js';

/** Its tables: `a (id int primary key, v varchar(100))` and `strict_ones`, see `sqlTables`. */
export interface SqlSide {
  /** Connected through the proxy. */
  readonly store: SideStore;
  readonly proxy: CuttingProxy;
  /** How a COMMIT and a write of a record stand in what is sent. */
  readonly wire: { readonly commit: string; readonly write: string };
  readonly schema: string;
  /** What the server makes of a name that is written without quotes. */
  nameOf(name: string): string;
  /** The sync's. */
  readonly name: string;
  /** As a user, on one connection. */
  run(text: string): Promise<readonly (readonly unknown[])[]>;
  /** Connections of a second process. */
  another(): Promise<StoreProcess>;
  /** Whether a session of ours waits for a lock. */
  waits(): Promise<boolean>;
  /** How many of our sessions have a transaction and do nothing. */
  idle(): Promise<number>;
  /** Ends some of our sessions that are in the middle of a write; how many. */
  endSome(): Promise<number>;
  close(): Promise<void>;
}

export const sqlTables = [
  'create table a (id int primary key, v varchar(100))',
  `create table strict_ones (id int primary key, needed varchar(20) default 'default' not null, code varchar(20), checked int,
    constraint one_code unique (code), constraint few check (checked < 10))`,
] as const;

const empty: Plan = { writes: [], hold: [], drop: [], settlements: [] };

export function describeSql(name: string, open: () => Promise<SqlSide>): void {
  describe(`${name} as a SQL side`, () => {
    let side: SqlSide;
    let number = 0;
    const ref = (key: string, table = 'a') => ({ entity: `${side.schema}.${side.nameOf(table)}`, key });
    const commit = async (plan: CommitRequest['plan'], rest: Partial<CommitRequest> = {}): Promise<CommitOutcome> => {
      const request = { lane: 0, previous: number, number: number + 1, read: [], plan, ...rest };
      const outcome = await side.store.commit(request);
      if (outcome.kind === 'committed' && outcome.plan !== null && rest.rehearse !== true) number++;
      return outcome;
    };
    const write = (
      states: readonly (readonly [key: string, after: State, table?: string])[],
      rest: Partial<CommitRequest> & { readonly ordered?: boolean } = {},
    ): Promise<CommitOutcome> => {
      const refs = states.map(([key, , table]) => ref(key, table));
      const plan: CommitRequest['plan'] = (found) => ({
        ...empty,
        ...(rest.ordered === undefined ? {} : { ordered: rest.ordered }),
        writes: states.map(([, after], index) => {
          const one = ref(refs[index]?.key ?? '', states[index]?.[2]);
          return { ...one, before: found.get(recordId(one)) ?? null, after };
        }),
      });
      return commit(plan, { read: refs, ...rest });
    };
    const values = async () => (await side.run('select v from a order by id')).map(([v]) => v);
    // InnoDB shows its transactions anew only to those who have not looked for a tenth of a second.
    const everyMs = 150;
    const waiting = () => waitFor(() => side.waits(), { everyMs, what: 'our statement to wait' });
    const atRest = () => waitFor(async () => (await side.idle()) === 0, { everyMs, what: 'no transaction to be open' });
    const takeOver = async (store = side.store, lanes = 1) => store.takeOver((await store.epoch()) + 1, lanes);

    beforeAll(async () => {
      side = await open();
    });
    afterAll(() => side.close());
    beforeEach(async () => {
      for (const table of ['a', 'strict_ones']) await side.run(`delete from ${table}`);
      // Other tests' syncs may have theirs in the same tables.
      for (const table of ['progress', 'held'])
        await side.run(`delete from isthmus.${table} where name = '${side.name}'`);
      await takeOver();
      number = 0;
    });

    describe('a lost answer', () => {
      test('to COMMIT that landed: the number tells, nothing is written twice', async () => {
        let plans = 0;
        side.proxy.cutAnswerTo(side.wire.commit);
        const before = side.proxy.cuts;
        const outcome = await commit(
          () => {
            plans++;
            return { ...empty, writes: [{ ...ref('1'), before: null, after: ['once'] }] };
          },
          { save: { at: 'x' } },
        );
        expect(side.proxy.cuts).toBe(before + 1);
        expect(outcome).toMatchObject({ kind: 'committed', plan: { writes: [{ after: ['once'] }] } });
        expect([plans, await values()]).toEqual([1, ['once']]);
      });

      test('to the writes before COMMIT arrived: they are done again', async () => {
        const before = side.proxy.cuts;
        side.proxy.cutAnswerTo(side.wire.write);
        expect((await write([['1', ['again']]])).kind).toBe('committed');
        expect(side.proxy.cuts).toBe(before + 1);
        expect(await values()).toEqual(['again']);
      });

      test('sessions that are ended again and again in the middle of transactions lose and repeat nothing', async () => {
        await side.run("insert into a values (1, '0')");
        let ended = false;
        let kills = 0;
        const killing = (async () => {
          while (!ended) kills += await side.endSome();
        })();
        const most = 2000;
        for (let i = 1; i <= most && (i <= 60 || kills <= 3); i++) {
          const read = [ref('1')];
          // An increment shows a write that happened twice or never.
          const outcome = await commit(
            (found) => {
              const before = [...found.values()][0] ?? null;
              return { ...empty, writes: [{ ...ref('1'), before, after: [String(Number(before?.[0]) + 1)] }] };
            },
            { read },
          );
          expect(outcome.kind).toBe('committed');
        }
        ended = true;
        await killing;
        expect(await values()).toEqual([String(number)]);
        expect(kills).toBeGreaterThan(3);
      });
    });

    describe('with users beside it', () => {
      test('an uncommitted insert of the same key is waited for and then found', async () => {
        await side.run('begin');
        await side.run("insert into a values (61, 'user')");
        const writing = write([['61', ['ours']]]);
        await waiting();
        await side.run('commit');
        expect(await writing).toMatchObject({ kind: 'committed', plan: { writes: [{ before: ['user'] }] } });
        expect(await values()).toEqual(['ours']);
      });

      test('a record that is read under its lock shows what a user commits at that moment', async () => {
        await side.run("insert into a values (62, 'old')");
        await side.run('begin');
        await side.run("update a set v = 'new' where id = 62");
        const locked = side.store.read([ref('62')], { locked: true, raw: false });
        const plain = await side.store.read([ref('62')], { locked: false, raw: true });
        const raw = { [side.nameOf('id')]: '62', [side.nameOf('v')]: 'old' };
        expect([...plain.values()]).toEqual([{ state: ['old'], raw }]);
        await side.run('commit');
        expect([...(await locked).values()]).toEqual([{ state: ['new'], raw: null }]);
        await atRest();
      });

      test('a deadlock ends well', async () => {
        for (const id of [70, 71]) await side.run(`insert into a values (${id}, 'x')`);
        await side.run('begin');
        await side.run("update a set v = 'user' where id = 71");
        const writing = write([
          ['70', ['ours']],
          ['71', ['ours']],
        ]);
        await waiting();
        // One of the two is chosen as the victim: ours tries again, the user's is the user's affair.
        await side.run("update a set v = 'user' where id = 70").catch(() => undefined);
        await side.run('commit');
        expect(await writing).toMatchObject({ kind: 'committed' });
        expect(await values()).toEqual(['ours', 'ours']);
      });

      test('a plan that throws leaves no transaction open, and the lane goes on', async () => {
        const failing = commit(() => {
          throw new Error('ours');
        });
        await expect(failing).rejects.toThrow('ours');
        await atRest();
        expect((await write([['1', ['v']]])).kind).toBe('committed');
      });
    });

    describe('what the server refuses', () => {
      const cases: readonly (readonly [
        string,
        State,
        code: string,
        said: (nameOf: (name: string) => string) => string,
      ])[] = [
        ['21', ['n', 'taken', null], 'unique_violation', (nameOf) => nameOf('one_code')],
        ['22', ['n', null, '11'], 'check_violation', (nameOf) => nameOf('few')],
        ['23', ['too long'.repeat(9), null, null], 'invalid_value', () => ''],
        [
          '24',
          ['\u0000t["it is an object","{secret}"]', null, null],
          'invalid_value',
          (nameOf) => `${nameOf('needed')}: it is an object`,
        ],
      ];
      test.each(cases)('%s %j, without a value of it', async (key, after, code, said) => {
        await side.run("insert into strict_ones (id, code) values (20, 'taken')");
        const outcome = await write([
          ['1', ['beside']],
          [key, after, 'strict_ones'],
        ]);
        const reason: unknown = expect.stringContaining(said((name) => side.nameOf(name)));
        expect(outcome).toEqual({ kind: 'refused', refusal: { code, reason } });
        expect(JSON.stringify(outcome)).not.toMatch(/taken|too longtoo|secret/);
        expect([await values(), await side.run('select id from strict_ones')]).toEqual([[], [[20]]]);
        expect((await write([['1', ['v']]])).kind).toBe('committed');
      });

      test('a default where a column must not be null, at an insert and later', async () => {
        await write([
          ['1', [null, null, null], 'strict_ones'],
          ['2', ['said', 'B', null], 'strict_ones'],
        ]);
        await write([['2', [null, 'C', null], 'strict_ones']]);
        expect(await side.run('select needed, code from strict_ones order by id')).toEqual([
          ['default', null],
          ['default', 'C'],
        ]);
      });

      test('a unique value that moves between records, in the order that is asked for or after another was refused', async () => {
        const code = (key: string, value: string) => [key, ['n', value, null], 'strict_ones'] as const;
        await write([code('10', 'A'), code('11', 'B')]);
        expect((await write([code('10', 'C'), code('11', 'A')], { ordered: true })).kind).toBe('committed');
        expect((await write([code('11', 'D'), code('10', 'A')])).kind).toBe('committed');
        expect(await side.run('select id, code from strict_ones order by 1')).toEqual([
          [10, 'A'],
          [11, 'D'],
        ]);
      });
    });

    describe('another process', () => {
      test('takes lanes and what is held over as they are, and ends a transaction that the one before left open', async () => {
        await write([['1', ['old']]], { save: { position: 'p', open: [1, 'é\u0000'] } });
        await side.run('begin');
        await side.run('select 1 from a where id = 1 for update');
        // It has advanced its progress row and waits for the user's lock: nobody else could store an epoch now.
        const zombie = write([['1', ['zombie']]]).catch((error: unknown) => error);
        await waiting();
        const { store } = await side.another();
        const taken = await takeOver(store, 2);
        expect(taken.lanes).toEqual([
          { lane: 0, number: 1, saved: { position: 'p', open: [1, 'é\u0000'] } },
          { lane: 1, number: 0, saved: undefined },
        ]);
        await side.run('commit');
        expect(await zombie).toMatchObject({ code: 'fenced' });
        const fresh = { ...ref('1'), before: ['old'], after: ['new'] };
        const plan = () => ({ ...empty, writes: [fresh] });
        expect((await store.commit({ lane: 0, previous: 1, number: 2, read: [ref('1')], plan })).kind).toBe(
          'committed',
        );
        expect(await values()).toEqual(['new']);
        await expect(write([['1', ['zombie']]])).rejects.toMatchObject({ code: 'fenced' });
        await store.close();
      });

      test('finds what is held as it was stored', async () => {
        const held = (over: Partial<HeldRow>): HeldRow => ({
          ...ref('1'),
          base: null,
          tip: ['t'],
          time: 12,
          span: { first: '7', last: '9223372036854775809' },
          begun: 3,
          since: 99,
          ...over,
        });
        const rows: readonly HeldRow[] = [
          held({}),
          held({ key: '\u0000t["no","{\\"$oid\\":1}"]', base: ['\u0000s["why","\u0000"]'], tip: null, time: null }),
          held({ key: 'long'.repeat(2000), time: 'load', span: null, base: [null] }),
        ];
        await commit(() => ({ ...empty, hold: rows }));
        const byKey = (all: readonly HeldRow[]) => all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        expect(byKey((await takeOver()).held)).toEqual(byKey(rows));
        await commit(() => ({ ...empty, hold: [held({ tip: ['newer'] })], drop: rows.slice(1) }));
        expect((await takeOver()).held).toEqual([held({ tip: ['newer'] })]);
      });
    });
  });
}
