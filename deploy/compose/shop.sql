-- A small shop to begin with. Its tables belong to the role that publishes them.
set role isthmus;

create table customers (
  id bigint primary key,
  name text not null,
  email text not null,
  tags text[] not null default '{}',
  visits integer not null default 0,
  note text not null default ''
);

create table products (
  sku text primary key,
  title text not null,
  price numeric(10, 2) not null,
  in_stock integer not null
);

create table orders (
  id bigint primary key,
  customer_id bigint not null references customers,
  placed_at timestamptz not null default now(),
  state text not null default 'open'
);

create table order_lines (
  order_id bigint not null references orders,
  line integer not null,
  sku text not null references products,
  quantity integer not null,
  primary key (order_id, line)
);

insert into customers (id, name, email) select i, 'Customer ' || i, 'customer.' || i || '@example.com' from generate_series(1, 1000) as i;
insert into products select 'P' || i, 'Product ' || i, i % 90 + 9.99, 100 from generate_series(1, 200) as i;
insert into orders (id, customer_id) select i, i % 1000 + 1 from generate_series(1, 3000) as i;
insert into order_lines select i, line, 'P' || (i * line) % 200 + 1, line from generate_series(1, 3000) as i, generate_series(1, 3) as line;
