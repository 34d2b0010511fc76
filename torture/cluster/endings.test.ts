import { expect, test } from 'vitest';
import { type Circumstances, endingOf } from './endings.js';
import { lastError } from './sync-process.js';

const calm: Circumstances = { killed: false, stopped: false, armed: false, rivalled: false, expected: new Set() };
const ended = (code: number | null, error: string | null = null) => ({ code, signal: null, error });
const shot = { code: null, signal: 'SIGKILL', error: null } as const;

test('an end that nobody caused is a problem, whatever its code', () => {
  expect(endingOf(shot, calm)).toBe('problem');
  expect(endingOf(ended(0), calm)).toBe('problem');
  expect(endingOf(ended(1, 'invariant_broken'), calm)).toBe('problem');
  expect(endingOf(ended(4, 'fenced'), calm)).toBe('problem');
  expect(endingOf(ended(4, 'slot_lost'), calm)).toBe('problem');
  expect(endingOf(ended(2, 'listen_refused'), calm)).toBe('problem');
  expect(endingOf({ code: null, signal: 'SIGSEGV', error: null }, { ...calm, killed: true })).toBe('problem');
});

test('an end that the run caused is told by its cause', () => {
  expect(endingOf(shot, { ...calm, killed: true })).toBe('killed');
  expect(endingOf(shot, { ...calm, armed: true })).toBe('at-fault-point');
  expect(endingOf(ended(0), { ...calm, stopped: true })).toBe('stopped');
  expect(endingOf(ended(4, 'fenced'), { ...calm, rivalled: true })).toBe('fenced');
  expect(endingOf(ended(2, 'listen_refused'), { ...calm, rivalled: true })).toBe('refused');
  expect(endingOf(ended(4, 'slot_lost'), { ...calm, expected: new Set(['slot_lost']) })).toBe('expected');
});

test('a server that is away is a reason to start again, never a problem', () => {
  expect(endingOf(ended(3, 'sql_unreachable'), calm)).toBe('unreachable');
});

test('the last error is found between log lines', () => {
  expect(lastError('{"msg":"a"}\nfenced: A newer process.\n  → Run one.\n{"code":"slot_lost: x"}\n')).toBe('fenced');
  expect(lastError('{"msg":"stopped"}\n')).toBeNull();
});
