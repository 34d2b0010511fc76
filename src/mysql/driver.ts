/** The driver, loaded when it is needed: it is an optional dependency. What a URL means to it. Must not know statements. */
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'mysql2';
import { IsthmusError } from '../base/errors.js';

type Driver = typeof import('mysql2/promise');

/** Throws `mysql_driver_missing` where the package is not installed. */
export async function loadDriver(): Promise<Driver> {
  try {
    return await import('mysql2/promise');
  } catch (cause) {
    throw new IsthmusError('mysql_driver_missing', { cause });
  }
}

const connectLimitMs = 10_000;

/** `ssl-mode` and `ssl-ca` are what MySQL's own clients call them; without a mode there is no TLS. */
export async function connectionOptions(url: string): Promise<ConnectionOptions> {
  const { hostname, port, username, password, pathname, searchParams } = parse(url);
  const database = decodeURIComponent(pathname.slice(1));
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(database === '' ? {} : { database }),
    ...(await tls(searchParams)),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: connectLimitMs,
    enableKeepAlive: true,
    multipleStatements: false,
    // Parsers are not compiled from text, so that a process may forbid that.
    disableEval: true,
    connectAttributes: { program_name: 'isthmus' },
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new IsthmusError('configuration_invalid', {
      message: 'sql.url is no URL: mysql://user:password@host:3306/database',
    });
  }
}

async function tls(params: URLSearchParams): Promise<Pick<ConnectionOptions, 'ssl'>> {
  const mode = (params.get('ssl-mode') ?? 'DISABLED').toUpperCase();
  if (mode === 'DISABLED') return {};
  const file = params.get('ssl-ca');
  const ca = file === null ? {} : { ca: await readFile(file, 'utf8') };
  if (mode === 'VERIFY_IDENTITY') return { ssl: { ...ca, rejectUnauthorized: true, verifyIdentity: true } };
  if (mode === 'VERIFY_CA') return { ssl: { ...ca, rejectUnauthorized: true } };
  throw new IsthmusError('configuration_invalid', {
    message: `sql.url: ssl-mode=${mode} does not verify the server.`,
    remedy: 'Use ssl-mode=VERIFY_IDENTITY, VERIFY_CA, or, on a network that you trust, DISABLED.',
  });
}
