#!/bin/sh
# The role of Isthmus, with what it needs and no more: to read the log, and to own the tables, since only an owner may publish them.
set -e
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/sql_password)" -U "${POSTGRES_USER:-postgres}" -d "$POSTGRES_DB" <<'SQL'
create role isthmus login replication password :'password';
grant create on database shop to isthmus;
grant create, usage on schema public to isthmus;
-- Triggers and foreign keys were obeyed where a row came from: they are not run for rows that cross.
grant set on parameter session_replication_role to isthmus;
-- By these PostgreSQL leaves our own writes out of the log that we read.
grant execute on function pg_replication_origin_create(text), pg_replication_origin_drop(text),
  pg_replication_origin_session_setup(text),
  pg_replication_origin_xact_setup(pg_lsn, timestamptz) to isthmus;
SQL
