/** Defects of a sync, planted into the model while it runs. Each names the checks of which one at least must find it. */
import type { Values } from '../../history.js';
import { usual } from './model-merge.js';
import type { ModelRecord } from './model-record.js';
import type { SyncFaults } from './model-sync.js';

export interface SyncDefect {
  readonly name: string;
  readonly found: readonly string[];
  /** Made anew for each run, since some act once. */
  readonly faults: () => SyncFaults;
}

/** True the first few times that it is asked about a record that fits. */
function few(fits: (record: ModelRecord) => boolean, times = 3): (record: ModelRecord) => boolean {
  let left = times;
  return (record) => left > 0 && fits(record) && left-- > 0;
}

const of =
  (...tables: readonly string[]) =>
  (record: ModelRecord): boolean =>
    tables.includes(record.table.name);

const rule = (wanted: string, wrong: typeof usual): SyncFaults => ({
  mergeField: (column, at) => (column.rule === wanted ? wrong(column, at) : usual(column, at)),
});

/** Spoils a field of what crosses, where it has a value. */
function spoils(table: string, field: string, spoil: (value: string) => string | null): SyncFaults {
  const now = few((record) => of(table)(record));
  return {
    cross: (record, _from, change) => {
      const value = change?.[field];
      return change !== null && typeof value === 'string' && now(record)
        ? { ...change, [field]: spoil(value) }
        : change;
    },
  };
}

/** The decision of a conflict of two records that are both there. */
function decides(fits: (record: ModelRecord) => boolean, wrong: (record: ModelRecord) => Values | null): SyncFaults {
  const now = few((record) => record.sql !== null && record.mongodb !== null && fits(record));
  return { decide: (record, right) => (now(record) ? wrong(record) : right) };
}

const isDelete = (record: ModelRecord): boolean => record.sql === null || record.mongodb === null;

export const syncDefects: readonly SyncDefect[] = [
  { name: 'a change that is never written', found: ['equal'], faults: () => ({ forgets: few(of('facts')) }) },
  {
    name: 'a change that is undone on its own side',
    found: ['lost-write'],
    faults: () => {
      const now = few((record) => of('facts')(record) && record.base !== null);
      return {
        cross: (record, from, change) => {
          if (!now(record)) return change;
          record[from] = record.base;
          return record.base;
        },
      };
    },
  },
  {
    name: 'an echo that is written back',
    found: ['written-once'],
    faults: () => ({ events: (record) => (of('orders')(record) ? 2 : 1) }),
  },
  {
    name: 'a change that is applied twice',
    found: ['counter', 'torn-transfer'],
    faults: () => {
      const now = few(of('accounts'));
      return {
        cross: (record, from, change) => {
          if (change === null || record.base === null || !now(record)) return change;
          const delta = Number(change['balance']) - Number(record.base['balance']);
          const twice = { ...change, balance: String(Number(change['balance']) + delta) };
          record[from] = twice;
          return twice;
        },
      };
    },
  },
  {
    name: 'a conflict that is decided and not recorded',
    found: ['lost-write'],
    faults: () => ({ keep: (one) => (one.table === 'facts' ? null : one) }),
  },
  {
    name: 'a conflict under merge that is not recorded',
    found: ['lost-field'],
    faults: () => ({ keep: (one) => (one.table === 'people' ? null : one) }),
  },
  {
    name: 'a conflict stored without SQL’s value',
    found: ['lost-write', 'kind'],
    faults: () => ({
      keep: (one) => (one.kind === 'write_write' && one.table === 'notes' ? { ...one, sql: null } : one),
    }),
  },
  {
    name: 'a conflict stored without MongoDB’s value',
    found: ['lost-write', 'kind'],
    faults: () => ({
      keep: (one) => (one.kind === 'write_write' && one.table === 'orders' ? { ...one, mongodb: null } : one),
    }),
  },
  {
    name: 'a conflict stored with the ancestor in place of a value',
    found: ['lost-write'],
    faults: () => ({
      keep: (one) => (one.table === 'notes' && one.sql !== null && one.base !== null ? { ...one, sql: one.base } : one),
    }),
  },
  {
    name: 'a counter that takes the greater count',
    found: ['counter'],
    faults: () => rule('counter', (_, { sql, mongodb }) => (Number(sql) > Number(mongodb) ? sql : mongodb)),
  },
  {
    name: 'a counter that counts the ancestor too',
    found: ['counter'],
    faults: () => rule('counter', (_, { sql, mongodb }) => String(Number(sql) + Number(mongodb))),
  },
  {
    name: 'two equal counts that are taken for one',
    found: ['counter'],
    faults: () => rule('counter', (column, at) => (at.sql === at.mongodb ? at.sql : usual(column, at))),
  },
  {
    name: 'a set that keeps SQL’s elements only',
    found: ['lost-element'],
    faults: () => rule('set', (_, { sql }) => sql),
  },
  {
    name: 'a set that keeps MongoDB’s elements only',
    found: ['lost-element'],
    faults: () => rule('set', (_, { mongodb }) => mongodb),
  },
  {
    name: 'a set that is united with its ancestor: removed elements are back',
    found: ['resurrected'],
    faults: () =>
      rule('set', (_, at) => {
        const all = [at.base, at.sql, at.mongodb].flatMap((text) => JSON.parse(text ?? '[]') as string[]);
        return JSON.stringify([...new Set(all)]);
      }),
  },
  {
    name: 'a text that keeps SQL’s words only',
    found: ['lost-word'],
    faults: () => rule('words', (_, { sql }) => sql),
  },
  {
    name: 'a text that keeps MongoDB’s words only',
    found: ['lost-word'],
    faults: () => rule('words', (_, { mongodb }) => mongodb),
  },
  {
    name: 'a maximum that takes SQL’s value',
    found: ['max', 'decision'],
    faults: () => rule('max', (_, { sql }) => sql),
  },
  {
    name: 'a maximum that takes the smaller value',
    found: ['max', 'decision'],
    faults: () => rule('max', (_, { sql, mongodb }) => (Number(sql) < Number(mongodb) ? sql : mongodb)),
  },
  {
    name: 'a field that is MongoDB’s and takes SQL’s value',
    found: ['decision'],
    faults: () => rule('prefer_mongodb', (_, { sql }) => sql),
  },
  {
    name: 'a table that is SQL’s and takes MongoDB’s record',
    found: ['decision'],
    faults: () => decides(of('orders'), ({ mongodb }) => mongodb),
  },
  {
    name: 'a table that is MongoDB’s and takes SQL’s record',
    found: ['decision'],
    faults: () => decides(of('notes'), ({ sql }) => sql),
  },
  {
    name: 'a later write that loses to the ancestor',
    found: ['decision'],
    faults: () =>
      decides(
        (record) => of('facts')(record) && record.base !== null,
        ({ base }) => base,
      ),
  },
  {
    name: 'a delete that loses where it should win',
    found: ['decision', 'lost-delete'],
    faults: () => {
      const now = few((record) => isDelete(record) && of('facts', 'people', 'orders')(record));
      return { decide: (record, right) => (now(record) ? (record.sql ?? record.mongodb) : right) };
    },
  },
  {
    name: 'an update that loses to a delete where it should win',
    found: ['decision'],
    faults: () => {
      const now = few((record) => isDelete(record) && of('notes')(record));
      return { decide: (record, right) => (now(record) ? null : right) };
    },
  },
  {
    name: 'a delete that is undone by the other side',
    found: ['lost-delete'],
    faults: () => {
      const now = few((record) => record.base !== null && !of('settings')(record));
      return {
        cross: (record, from, change) => {
          if (change !== null || !now(record)) return change;
          record[from] = record.base;
          return record.base;
        },
      };
    },
  },
  {
    name: 'a transfer of which one leg is undone',
    found: ['torn-transfer'],
    faults: () => {
      const now = few(of('accounts'), 1);
      return {
        cross: (record, from, change) => {
          if (!now(record)) return change;
          record[from] = record.base;
          return record.base;
        },
      };
    },
  },
  {
    name: 'a numeric that is rounded',
    found: ['equal'],
    faults: () => spoils('people', 'rate', (value) => value.replace(/\..*/, '')),
  },
  {
    name: 'a time that is shifted by an hour',
    found: ['equal'],
    faults: () => spoils('orders', 'placed', (value) => String(Number(value) + 3_600_000)),
  },
  {
    name: 'a boolean that crosses as a number',
    found: ['equal'],
    faults: () => spoils('notes', 'pinned', (value) => (value === 'true' ? '1' : '0')),
  },
  {
    name: 'a document that loses a field',
    found: ['equal'],
    faults: () =>
      spoils('people', 'profile', (value) => JSON.stringify({ level: (JSON.parse(value) as { level: number }).level })),
  },
  {
    name: 'an array that crosses as its text',
    found: ['equal'],
    faults: () => spoils('people', 'tags', (value) => JSON.stringify([value])),
  },
  { name: 'a text that is cut', found: ['equal'], faults: () => spoils('facts', 'v', (value) => value.slice(0, 5)) },
];
