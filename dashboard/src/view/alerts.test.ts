import { expect, test } from 'vitest';
import { alertLimit, alertLines, alertTitle, alertValue } from './alerts.js';
import { sideNames } from './sides.js';

test('an alert says what it is about', () => {
  const names = sideNames('MariaDB');
  expect(alertTitle({ name: 'cdc_lag', link: 'sql_to_mongodb' }, names)).toBe('CDC lag, MariaDB to MongoDB');
  expect(alertTitle({ name: 'cdc_lag', link: 'mongodb_to_sql' }, sideNames())).toBe('CDC lag, MongoDB to PostgreSQL');
  expect(alertTitle({ name: 'log_room', side: 'sql' }, names)).toBe('Log room, MariaDB');
  expect(alertTitle({ name: 'conflict_rate' }, names)).toBe('Conflict rate');
});

test('what fires stands by itself and first; what is well once a rule, by its highest value', () => {
  const rule = { name: 'cdc_lag', limit: 60_000, since: null } as const;
  const all = [
    { ...rule, state: 'ok', value: null, link: 'sql_to_mongodb' },
    { ...rule, state: 'ok', value: 7, link: 'mongodb_to_sql' },
    { ...rule, name: 'dead_letters', state: 'firing', value: 3 },
    { ...rule, name: 'table_stopped', state: 'firing', value: 1, table: 'public.users' },
  ] as const;
  const { link, ...once } = all[1];
  expect(link).toBeDefined();
  expect(alertLines(all)).toEqual([all[2], all[3], once]);
});

test('values are in the rule’s unit', () => {
  expect(alertValue('manual_age', 25)).toBe('25 h');
  expect(alertValue('not_running', 1)).toBe('yes');
  expect(alertValue('cdc_lag', 61_000)).toBe('1 min 1 s');
  expect(alertValue('error_rate', 0.05)).toBe('5 %');
  expect(alertValue('conflict_rate', null)).toBe('–');
  expect([alertLimit('cdc_lag', 60_000), alertLimit('failed', 0), alertLimit('x', null)]).toEqual([
    '1 min',
    null,
    null,
  ]);
});
