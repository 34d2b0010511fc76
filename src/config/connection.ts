/** The URLs that the drivers get: the configuration's, with what its `tls` says. Must never be shown: they hold secrets. */
import type { Config, TlsConfig } from './schema.js';

export type SqlServer = 'PostgreSQL' | 'MariaDB' | 'Oracle';

const schemes: Readonly<Record<string, SqlServer>> = { mysql: 'MariaDB', mariadb: 'MariaDB', oracle: 'Oracle' };

/** MySQL too is what a client of MariaDB speaks to. */
export function sqlServer({ url }: Pick<Config['sql'], 'url'>): SqlServer {
  return schemes[splitOnce(url, ':')[0]] ?? 'PostgreSQL';
}

/** Whether its log is read by a Debezium connector alone, and never by us. */
export function isReadByDebezium(sql: Pick<Config['sql'], 'url'>): boolean {
  return sqlServer(sql) !== 'PostgreSQL';
}

const databaseOf = /^[a-z]+:\/\/[^/]+\/([^?]+)/;
const userOf = /^[a-z]+:\/\/([^:@/]+)[^/]*@/;

/** Of tables that are named without one. In MariaDB a schema is a database, in Oracle a user. */
export function defaultSchema(sql: Pick<Config['sql'], 'url' | 'schema'>): string {
  const server = sqlServer(sql);
  if (server === 'PostgreSQL' || sql.schema !== 'public') return sql.schema;
  const name = (server === 'MariaDB' ? databaseOf : userOf).exec(sql.url)?.[1];
  if (name === undefined) return sql.schema;
  return server === 'Oracle' ? decodeURIComponent(name).toUpperCase() : decodeURIComponent(name);
}

export function sqlUrl(sql: Config['sql']): string {
  return withOptions(sql.url, sql.tls, tlsWords[sqlServer(sql)]);
}

export function mongodbUrl(mongodb: Config['mongodb']): string {
  return withOptions(mongodb.url, mongodb.tls, {
    given: /[?&](tls|ssl)=/,
    plain: 'tls=false',
    verified: 'tls=true',
    ca: (path) => `tlsCAFile=${path}`,
  });
}

interface Words {
  /** What in the URL itself already says whether TLS is used. */
  readonly given: RegExp;
  readonly plain: string;
  readonly verified: string;
  readonly ca: (path: string) => string;
}

const tlsWords: Readonly<Record<SqlServer, Words>> = {
  PostgreSQL: {
    given: /[?&](sslmode|ssl)=/,
    plain: 'sslmode=disable',
    verified: 'sslmode=verify-full',
    ca: (path) => `sslrootcert=${path}`,
  },
  MariaDB: {
    given: /[?&]ssl-mode=/i,
    plain: 'ssl-mode=DISABLED',
    verified: 'ssl-mode=VERIFY_IDENTITY',
    ca: (path) => `ssl-ca=${path}`,
  },
  Oracle: {
    given: /[?&]protocol=/,
    plain: 'protocol=tcp',
    verified: 'protocol=tcps',
    ca: (path) => `wallet=${path}`,
  },
};

function withOptions(url: string, tls: TlsConfig, words: Words): string {
  if (typeof tls === 'object') return append(url, [words.verified, words.ca(encodeURIComponent(tls.ca))]);
  if (tls === 'disable') return append(url, [words.plain]);
  if (tls === 'verify-full') return append(url, [words.verified]);
  if (words.given.test(url)) return url;
  return append(url, [onThisMachine(url) ? words.plain : words.verified]);
}

function append(url: string, options: readonly string[]): string {
  const names = options.map((option) => option.slice(0, option.indexOf('=')));
  const [address, query = ''] = splitOnce(url, '?');
  const kept = query.split('&').filter((option) => option !== '' && !names.includes(option.split('=')[0] as string));
  return `${withPath(address)}?${[...kept, ...options].join('&')}`;
}

/** The MongoDB driver wants a slash between hosts and options. */
function withPath(address: string): string {
  return /^[a-z+]+:\/\/[^/]*$/.test(address) ? `${address}/` : address;
}

/** All hosts of the URL are loopback addresses or sockets. */
function onThisMachine(url: string): boolean {
  const authority = url.replace(/^[a-z+]+:\/\//, '').split(/[/?]/)[0] as string;
  const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',');
  if (hosts.length === 1 && hosts[0] === '') return /[?&]host=(%2F|\/)/i.test(url);
  return hosts.every((host) => /^(localhost|127(\.\d+){3}|\[::1\]|%2F.*)(:\d+)?$/i.test(host));
}

/** A URL for a person: no password, no options. A password that is not encoded may hold any sign: all up to the last @ goes. */
export function shownUrl(url: string): string {
  const [scheme, rest = ''] = splitOnce(url, '://');
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? '' : (rest.slice(0, at).split(':')[0] as string);
  const address = splitOnce(rest.slice(at + 1), '?')[0];
  return `${scheme}://${user === '' ? '' : `${user}@`}${address}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
