import { expect, test } from 'vitest';
import { causesOf } from './connect-worker.js';
import { propertiesOf } from './java-server.js';

test('settings as a file of Java properties: a backslash stays one', () => {
  expect(propertiesOf({ 'a.b': 'x=1', path: 'C:\\logs' })).toBe('a.b=x=1\npath=C:\\\\logs\n');
});

test('of a stack trace the causes remain', () => {
  const trace =
    'org.x.ConnectException: Stopped\n\tat org.x.Task.run(Task.java:1)\nCaused by: java.sql.SQLException: no table\n\t... 3 more\n';
  expect(causesOf(trace)).toBe('org.x.ConnectException: Stopped | Caused by: java.sql.SQLException: no table');
});
