/** The runbook has a section for each alert and each stop, and names only commands that exist: it cannot go stale unseen. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { catalogue } from '../src/base/catalogue.js';
import * as definitions from '../src/cli/definitions.js';
import * as lifecycle from '../src/cli/lifecycle-definitions.js';
import { alertRules } from '../src/observe/alerts/alert-rules.js';

const text = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
const sections = new Set([...text.matchAll(/^### (\S+)$/gm)].map(([, name]) => name));

test('every alert and every stop for safety or for an absent server has its section', () => {
  const stops = Object.entries(catalogue).flatMap(([code, { kind }]) =>
    kind === 'safety' || kind === 'unreachable' ? [code] : [],
  );
  const wanted = [...alertRules.map(({ name }) => name), ...stops];
  expect(wanted.filter((name) => !sections.has(name))).toEqual([]);
  expect([...sections].filter((name) => !wanted.includes(name as string))).toEqual([]);
});

test('links lead to sections', () => {
  for (const [, name] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(sections).toContain(name);
});

test('every command that it names exists, with its options', () => {
  const made: unknown[] = [...Object.values(definitions), ...Object.values(lifecycle)].flatMap((define) =>
    typeof define === 'function' && define.length === 0 ? [(define as () => unknown)()] : [],
  );
  const commands = made.filter((one): one is Command => one instanceof Command);
  const named = (name: string | undefined): Command[] => commands.filter((one) => one.name() === name);
  for (const [, line] of text.matchAll(/`isthmus ([^`]+)`/g)) {
    const words = (line as string).split(' ');
    const found = words.slice(0, 2).flatMap(named);
    expect(named(words[0]), line).not.toEqual([]);
    const known = found.flatMap((one) => one.options.flatMap(({ long, short }) => [long, short]));
    for (const option of words.filter((word) => word.startsWith('-'))) expect(known, line).toContain(option);
  }
});
