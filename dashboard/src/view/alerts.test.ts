import { expect, test } from 'vitest';
import { alertTitle, alertValue } from './alerts.js';

test('an alert says what it is about', () => {
  expect(alertTitle({ name: 'cdc_lag', link: 'sql_to_mongodb' })).toBe('CDC lag, PostgreSQL to MongoDB');
  expect(alertTitle({ name: 'log_room', side: 'mongodb' })).toBe('Log room, MongoDB');
  expect(alertTitle({ name: 'conflict_rate' })).toBe('Conflict rate');
});

test('values are in the rule’s unit', () => {
  expect(alertValue('manual_age', 25)).toBe('25 h');
  expect(alertValue('not_running', 1)).toBe('yes');
  expect(alertValue('cdc_lag', 61_000)).toBe('1 min 1 s');
  expect(alertValue('error_rate', 0.05)).toBe('5 %');
  expect(alertValue('conflict_rate', null)).toBe('–');
});
