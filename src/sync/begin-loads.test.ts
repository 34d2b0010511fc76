/** Which loads begin when columns are new. */
import { expect, test } from 'vitest';
import type { Entity } from '../model/entity.js';
import type { LoadRow } from '../ports/conflict-store.js';
import { beginLoads } from './begin-loads.js';
import type { Recovered } from './recover.js';
import type { EngineParts } from './session.js';

const entity = {
  name: 'public.t',
  fields: [{ column: 'v' }, { column: 'one' }, { column: 'two' }],
} as unknown as Entity;

function load(columns: readonly string[] | null): LoadRow {
  const at = { startedAt: 0, finishedAt: null, rows: 0, total: 3, epoch: 1 };
  return { ...at, entity: entity.name, from: 'mongodb', id: 'first', columns, state: 'open' };
}

async function begun(known: readonly string[], open: readonly LoadRow[]) {
  const saved: LoadRow[] = [];
  const mappings: unknown[] = [];
  const loads: LoadRow[] = [];
  const store = { estimate: () => Promise.resolve(3) };
  const parts = {
    options: { initial: 'none' },
    clock: { now: () => 7 },
    newId: () => 'next',
    sides: { sql: { store }, mongodb: { store } },
    conflicts: {
      saveLoad: (row: LoadRow) => Promise.resolve(saved.push(row)),
      saveMapping: (row: unknown) => Promise.resolve(mappings.push(row)),
    },
  };
  const work = { mappings: [{ entity: entity.name, columns: known }], loads: open };
  await beginLoads(parts as unknown as EngineParts, entity, { work, loads } as unknown as Recovered);
  return { loads, saved: saved.map(({ id, state }) => [id, state]), mappings };
}

test('a new column is loaded', async () => {
  const { loads, saved } = await begun(['v', 'one'], []);
  expect(loads).toMatchObject([{ columns: ['two'], from: 'sql', state: 'open' }]);
  expect(saved).toEqual([['next', 'open']]);
});

test('a column that is added while the load of another one is open is loaded with it, from the same side', async () => {
  const { loads, saved, mappings } = await begun(['v', 'one'], [load(['one'])]);
  expect(loads).toMatchObject([{ columns: ['one', 'two'], from: 'mongodb', state: 'open' }]);
  expect(saved).toEqual([
    ['first', 'done'],
    ['next', 'open'],
  ]);
  expect(mappings).toEqual([{ entity: entity.name, columns: ['v', 'one', 'two'] }]);
});

test('a load of whole records begins anew with a new column', async () => {
  const { loads } = await begun(['v', 'one'], [load(null)]);
  expect(loads).toMatchObject([{ columns: null, from: 'mongodb' }]);
});

test('without a new column an open load goes on', async () => {
  const { loads, saved } = await begun(['v', 'one', 'two'], [load(['two'])]);
  expect([loads, saved]).toEqual([[], []]);
});
