/** What is advised for which table, by the rules of the adviser. */
import { describe, expect, it } from 'vitest';
import type { ColumnType, Entity, Field } from '../model/entity.js';
import { type Advice, type AdviceFacts, advise } from './advise.js';

const text: ColumnType = { kind: 'text', sql: 'text' };
const numeric: ColumnType = { kind: 'numeric', sql: 'numeric' };
const int: ColumnType = { kind: 'int4', sql: 'integer' };
const jsonb: ColumnType = { kind: 'jsonb', sql: 'jsonb' };
const time: ColumnType = { kind: 'timestamptz', sql: 'timestamptz' };
const tags: ColumnType = { kind: 'array', sql: 'text[]', element: text };

function entity(table: string, columns: Readonly<Record<string, ColumnType>>, sequenceKey = false): Entity {
  const field = (column: string, type: ColumnType): Field => ({
    column,
    field: column,
    type,
    nullable: true,
    hasDefault: false,
  });
  return {
    name: `public.${table}`,
    schema: 'public',
    table,
    collection: table,
    key: [{ ...field('id', int), field: '_id', nullable: false }],
    fields: Object.entries(columns).map(([name, type]) => field(name, type)),
    sequenceKey,
    mayDeviate: false,
  };
}

const users = entity('users', { name: text, bio: text, tags, visits: int, profile: jsonb, updated_at: time });
const orders = entity('orders', { status: text, total: numeric, placed_at: time });

function adviceFor(of: Entity, more: Partial<AdviceFacts> = {}): Advice {
  return advise({
    entity: of,
    criticality: 'low',
    rate: null,
    averageBytes: new Map(),
    chosen: {},
    kept: { delete: null, insertManual: false },
    collisions: new Map(),
    ...more,
  });
}

const rulesOf = ({ fields }: Advice) => Object.fromEntries(fields.map(({ field, rule }) => [field.column, rule]));

describe('by what a table is for', () => {
  it('merges a profile, each field by its kind', () => {
    const advice = adviceFor(users);
    expect(advice.strategy).toBe('merge');
    expect(rulesOf(advice)).toEqual({
      name: 'lww',
      bio: 'text',
      tags: 'set',
      visits: 'counter',
      profile: 'merge_object',
      updated_at: 'max',
    });
    expect(advice.delete).toBeNull();
  });

  it('merges settings even if no field has a kind of its own', () =>
    expect(adviceFor(entity('app_settings', { theme: text })).strategy).toBe('merge'));

  it('leaves a record whole where nothing in it can be merged', () => {
    expect(adviceFor(orders)).toMatchObject({ strategy: 'lww', fields: [] });
    expect(adviceFor(entity('links', {}))).toMatchObject({ strategy: 'lww', fields: [] });
  });

  it('does not mix amounts of two versions', () => {
    const invoices = entity('invoices', { subtotal: numeric, total: numeric, notes: text });
    expect(adviceFor(invoices)).toMatchObject({ strategy: 'lww', fields: [] });
  });

  it('adds up what is booked, and says what that can lead to', () => {
    const advice = adviceFor(entity('wallets', { balance: numeric }));
    expect(rulesOf(advice)).toEqual({ balance: 'counter' });
    expect(advice.fields[0]?.reason).toContain('mind limits');
  });

  it('takes an application’s own vector, which has no rule', () => {
    const advice = adviceFor(entity('notes', { version_vector: jsonb, body: text }));
    expect(advice).toMatchObject({ strategy: 'version_vector', vector: { column: 'version_vector' } });
    expect(rulesOf(advice)).toEqual({ body: 'text' });
  });

  it('says where a sequence makes the keys', () =>
    expect([adviceFor(users).insertManual, adviceFor(entity('users', {}, true)).insertManual]).toEqual([
      null,
      'sequence',
    ]));

  it('keeps what is configured of deletes and inserts, which no name tells: pasted, the advice must not lose it', () => {
    const kept = { delete: 'update_wins', insertManual: true } as const;
    for (const table of [users, orders])
      expect(adviceFor(table, { kept })).toMatchObject({ delete: 'update_wins', insertManual: 'kept' });
    expect(adviceFor(users, { kept, criticality: 'high', rate: 0.5 })).toMatchObject({ delete: 'manual' });
  });
});

describe('by conflict rate and criticality', () => {
  it.each([
    ['high', 0.0011, 'manual'],
    ['high', 0.001, 'merge'],
    ['high', null, 'merge'],
    ['medium', 0.5, 'merge'],
    ['low', 0.5, 'merge'],
  ] as const)('%s with a rate of %s is %s', (criticality, rate, strategy) => {
    const advice = adviceFor(users, { criticality, rate });
    expect(advice.strategy).toBe(strategy);
    expect(advice.delete).toBe(strategy === 'manual' ? 'manual' : null);
  });
});

describe('the reasons', () => {
  it('say how often a field collided', () => {
    const { fields } = adviceFor(users, {
      collisions: new Map([
        ['bio', 12],
        ['name', 1],
      ]),
    });
    const reasons = fields.map(({ reason }) => reason);
    expect(reasons[0]).toBe('the later write; collided once');
    expect(reasons[1]).toContain('; collided 12 times');
    expect(reasons[2]).not.toContain('collided');
  });

  it('point at a field that may say whose another one is', () => {
    const { fields } = adviceFor(entity('products', { name: text, price: numeric, price_source: text, notes: text }));
    expect(fields[1]?.reason).toContain('{ flag: price_source, sql: […], mongodb: […] }');
    expect(fields[0]?.reason).toBe('the later write');
  });
});

describe('what the configuration says already', () => {
  it('is kept where somebody chose a rule, and makes a merge of the table', () => {
    const flag = { flag: 'status', sql: ['paid'], mongodb: ['cart'] };
    const advice = adviceFor(orders, { chosen: { total: flag } });
    expect(advice.strategy).toBe('merge');
    expect(rulesOf(advice)).toEqual({ status: 'lww', total: flag, placed_at: 'lww' });
    expect(advice.fields[1]?.reason).toContain('as configured');
  });

  it('is left out where it cannot work', () => {
    expect(adviceFor(orders, { chosen: { total: 'text', gone: 'lww' } }).strategy).toBe('lww');
  });
});
