/** The table that is measured with: eight columns of about 150 bytes, the same on both sides. Must not know a connection. */
import { randomBytes } from 'node:crypto';
import { Decimal128, type Document, Long } from 'mongodb';

export const table = 'public.people';
export const collection = 'people';

/** Columns of text beside the usual ones, which no change touches: what makes a record wide or large. */
export interface Extra {
  readonly columns: number;
  /** Of each. */
  readonly bytes: number;
}

export const noExtra: Extra = { columns: 0, bytes: 0 };

export function createTable(extra: Extra): string {
  return `create table people (
  id bigint primary key, name text not null, email text not null, amount numeric(12,2) not null, quantity integer not null,
  active boolean not null, note text not null, changed timestamptz not null
  ${extraNames(extra)
    .map((name) => `, ${name} text not null`)
    .join('')})`;
}

export function extraNames({ columns: count }: Extra): readonly string[] {
  return Array.from({ length: count }, (_, index) => `extra_${index}`);
}

/** In the order of their names; no server can make them much smaller. */
export function extraTexts(id: number, { columns: count, bytes }: Extra): readonly string[] {
  if (count === 0) return [];
  noise ??= randomBytes(noiseBytes / 2).toString('hex');
  const from = (index: number): number => (id * 7919 + index * 104_729) % (noiseBytes - bytes);
  return Array.from({ length: count }, (_, index) => (noise as string).slice(from(index), from(index) + bytes));
}

const noiseBytes = 1 << 20;
let noise: string | null = null;

/** Columns outside the key, in the order of the entity's fields. */
export const columns = ['name', 'email', 'amount', 'quantity', 'active', 'note', 'changed'] as const;
export const sqlTypes = ['text', 'text', 'numeric', 'integer', 'boolean', 'text', 'timestamptz'] as const;

const firstMoment = Date.UTC(2024, 0, 1);

/** A row's canonical values, without the key. `version` 0 is what both sides begin with; each version changes three columns. */
export function personState(id: number, version: number): string[] {
  return [
    `Person number ${id}`,
    `person.${id}@example.com`,
    amountOf(id, version),
    String((id % 1000) + version),
    id % 3 === 0 ? 'true' : 'false',
    `A note about person ${id}, long enough to make the row as wide as rows are`,
    momentOf(id, version).toISOString(),
  ];
}

export function personDocument(id: number, version: number): Document {
  const [name, email, amount, quantity, active, note] = personState(id, version) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    _id: Long.fromNumber(id),
    name,
    email,
    amount: Decimal128.fromString(amount),
    quantity: Number(quantity),
    active: active === 'true',
    note,
    changed: momentOf(id, version),
  };
}

/** The fields that `version` changes. */
export function personChange(id: number, version: number): Document {
  const { amount, quantity, changed } = personDocument(id, version);
  return { amount, quantity, changed };
}

function amountOf(id: number, version: number): string {
  return `${(id % 5000) + version}.${(id % 90) + 10}`.replace(/0$/, '');
}

function momentOf(id: number, version: number): Date {
  return new Date(firstMoment + id * 1000 + version);
}

/** Visits 0 … count-1 once each, far apart from one to the next, as users do. */
export function scattered(count: number): (index: number) => number {
  const step = [7919, 104_729, 15_485_863, 32_452_843].find((prime) => count % prime !== 0) as number;
  return (index) => (index * step) % count;
}
