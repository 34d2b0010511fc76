/** The demo's shop: its tables, made and filled in PostgreSQL. Types that are hard to carry are there on purpose. */

/** Records both sides like to change at the same time. */
export const hotUsers = 200;
export const hotProducts = 200;

export const createShop = `
create table users (
  id uuid primary key, name text not null, email text not null, bio text, tags text[] not null default '{}',
  active bool not null default true, visits int8 not null default 0, profile jsonb, created_at timestamptz not null
);
create table products (
  id int4 primary key, sku text not null, name text not null, price numeric(12,2) not null, weight float8, stock int4 not null,
  attributes jsonb not null default '{}', updated_at timestamptz not null
);
create table orders (id int8 primary key, user_id uuid not null, status text not null, total numeric(12,2) not null, placed_at timestamptz not null);
create table order_items (
  order_id int8, line int2, product_id int4 not null, quantity int4 not null, price numeric(12,2) not null, primary key (order_id, line)
);
create table settings (key text primary key, value jsonb, note text, updated_at timestamptz not null);
`;

export interface ShopSizes {
  readonly users: number;
  readonly products: number;
  readonly orders: number;
}

/** About `rows` rows in all; an order has two or three items. */
export function shopSizes(rows: number): ShopSizes {
  const users = Math.max(hotUsers, Math.floor(rows * 0.2));
  const products = Math.max(hotProducts, Math.floor(rows * 0.1));
  return { users, products, orders: Math.max(50, Math.floor((rows - users - products) / 3.5)) };
}

/** A user's id by number: the same on both sides, spread over the key space. */
export function userId(number: number): string {
  const hex = ((number * 2654435761) >>> 0).toString(16).padStart(8, '0');
  return `${hex}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

const uuidOf = (n: string): string =>
  `(lpad(to_hex((${n}::int8 * 2654435761) % 4294967296), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const pick = (n: string, words: readonly string[]): string =>
  `(array[${words.map((word) => `'${word}'`).join(',')}])[1 + ${n} % ${words.length}]`;

export function fillShop({ users, products, orders }: ShopSizes): readonly string[] {
  return [
    `insert into users select ${uuidOf('n')}, ${pick('n', firstNames)} || ' ' || ${pick('n / 7', lastNames)}, 'user' || n || '@example.com',
       case when n % 3 > 0 then ${pick('n', bios)} end, case when n % 4 > 0 then array[${pick('n', tags)}, ${pick('n / 3', tags)}] else '{}' end,
       n % 9 > 0, n * 37, jsonb_build_object('theme', ${pick('n', ['dark', 'light'])}, 'big', 9007199254740993 + n, 'nested', jsonb_build_object('ü', jsonb_build_array(n, null, true))),
       timestamptz '2024-02-29 12:00:00.123456Z' + n * interval '1 minute' from generate_series(1, ${users}) n`,
    `insert into products select n, 'SKU-' || lpad(n::text, 6, '0'), ${pick('n', goods)} || ' ' || n, (n % 9000) + 0.90, n / 7.0, 100000 + n,
       jsonb_build_object('colour', ${pick('n', ['blå', '赤', 'green'])}, 'sizes', jsonb_build_array(n % 50, 1.50)), timestamptz '2024-06-01Z' + n * interval '1 second' from generate_series(1, ${products}) n`,
    `insert into orders select n * 2, ${uuidOf(`(1 + n % ${users})`)}, ${pick('n', ['paid', 'sent', 'delivered'])}, (n % 500) + 0.10, timestamptz '2025-01-01Z' + n * interval '1 minute' from generate_series(1, ${orders}) n`,
    `insert into order_items select n * 2, l, 1 + (n * 31 + l) % ${products}, 1 + (n + l) % 4, (n % 90) + 0.50 from generate_series(1, ${orders}) n, generate_series(1, 2 + n % 2) l`,
    `insert into settings select 'setting.' || n, jsonb_build_object('enabled', n % 2 = 0, 'level', n), case when n % 2 = 0 then 'set at the start' end, timestamptz '2025-01-01Z' from generate_series(1, 40) n`,
  ];
}

export const firstNames = ['Ada', 'José', 'Zoë', '李', 'Нина', 'Søren', 'Amélie', 'Ravi', 'Yūki', 'Lena'] as const;
const lastNames = ['Lovelace', 'García', 'Ångström', '小龍', 'Иванова', 'Müller', 'Okafor'] as const;
export const bios = [
  'Likes tea 🍵 and long walks.',
  'Naïve café résumé',
  'العربية من اليمين',
  'नमस्ते दुनिया',
  'Two lines\nof text',
] as const;
export const tags = ['vip', 'new', 'early-bird', '日本', 'ß'] as const;
const goods = ['Lamp', 'Kettle', 'Stuhl', 'Ковёр', '椅子', 'Étagère'] as const;
