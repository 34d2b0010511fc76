#!/bin/sh
# What compose.yaml needs before its first start: .env, and secrets/ with a password of its own for each part. Leaves what is there
# as it is, since the databases keep the passwords that they were made with.
set -eu
cd "$(dirname "$0")"
[ -e .env ] || cp .env.example .env

# The folder is for its owner alone. The files in it are mounted one by one, for users of containers that have other numbers.
mkdir -p secrets
chmod 700 secrets
write() {
  [ -e "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
  chmod 444 "secrets/$1"
}
# Letters and digits only: some stand in addresses.
random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}
for name in postgres_password sql_password mongodb_root_password mongodb_password mongodb_key isthmus_token grafana_password; do
  write "$name" "$(random)"
done
# For databases of your own write their addresses into these two, and take `tls: disable` out of compose/isthmus*.yaml.
write sql_url "postgres://isthmus:$(cat secrets/sql_password)@postgres:5432/shop"
write mongodb_url "mongodb://isthmus:$(cat secrets/mongodb_password)@mongodb:27017/?replicaSet=rs0&authSource=admin"

echo "The dashboard asks for what is in deploy/secrets/isthmus_token, Grafana for admin and deploy/secrets/grafana_password."
