/**
 * The driver in its thin mode, loaded when it is needed: it is an optional dependency. What a URL means to it, and how it gives every
 * value as text without rounding. Must not know statements.
 */
import { readFile } from 'node:fs/promises';
import type { BindDefinition, ConnectionAttributes, DbType, FetchTypeResponse, Metadata } from 'oracledb';
import { IsthmusError } from '../base/errors.js';
import type { BindKind, BindValue } from './statement.js';

export type Driver = typeof import('oracledb');

/** Throws `oracle_driver_missing` where the package is not installed. */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('oracledb')).default;
  } catch (cause) {
    throw new IsthmusError('oracle_driver_missing', { cause });
  }
}

const connectLimitS = 10;
/** Probes of a silent connection, so that one that is gone is noticed. */
const probeEveryMinutes = 1;

/** `protocol=tcps` asks for TLS, `wallet` names a file of certificates (PEM); without a protocol there is no TLS. */
export async function connectionAttributes(url: string): Promise<ConnectionAttributes> {
  const { hostname, port, username, password, pathname, searchParams } = parse(url);
  const service = decodeURIComponent(pathname.slice(1));
  if (service === '') throw new IsthmusError('configuration_invalid', { message: `sql.url names no service: ${form}` });
  const protocol = searchParams.get('protocol') ?? 'tcp';
  if (protocol !== 'tcp' && protocol !== 'tcps')
    throw new IsthmusError('configuration_invalid', {
      message: `sql.url: there is no protocol=${protocol}.`,
      remedy: 'Use protocol=tcps, or, on a network that you trust, tcp.',
    });
  const wallet = searchParams.get('wallet');
  return {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    connectString: `${protocol}://${hostname}:${port === '' ? '1521' : port}/${service}`,
    connectTimeout: connectLimitS,
    transportConnectTimeout: connectLimitS,
    expireTime: probeEveryMinutes,
    program: 'isthmus',
    ...(wallet === null ? {} : { walletContent: await readFile(wallet, 'utf8') }),
  };
}

const form = 'oracle://user:password@host:1521/service';

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new IsthmusError('configuration_invalid', { message: `sql.url is no URL: ${form}` });
  }
}

/** How a value of a query is given: a type that the driver is to fetch it as, and what is made of that. */
export type AsText = (column: Pick<Metadata<unknown>, 'dbType'>) => FetchTypeResponse;

/**
 * Numbers come as the digits that they are. Of dates and times the driver makes a Date, which cannot hold them: what counts is asked
 * of the server as text, so that they are met in whole rows alone, which people read.
 */
export function asTextOf(driver: Driver): AsText {
  const whole: ReadonlyMap<DbType, FetchTypeResponse> = new Map<DbType, FetchTypeResponse>([
    [driver.DB_TYPE_NUMBER, { type: driver.STRING }],
    [driver.DB_TYPE_CLOB, { type: driver.STRING }],
    [driver.DB_TYPE_NCLOB, { type: driver.STRING }],
    [driver.DB_TYPE_BLOB, { type: driver.BUFFER, converter: valueText }],
    [driver.DB_TYPE_DATE, { converter: localText }],
    [driver.DB_TYPE_TIMESTAMP, { converter: localText }],
  ]);
  return ({ dbType }) => whole.get(dbType as DbType) ?? { converter: valueText };
}

function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The driver takes what has no zone for a time of this process' own. */
function localText(value: unknown): string | null {
  if (!(value instanceof Date)) return valueText(value);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${String(value.getFullYear()).padStart(4, '0')}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
  return `${day} ${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}`;
}

type TypeName =
  | 'DB_TYPE_VARCHAR'
  | 'DB_TYPE_NVARCHAR'
  | 'DB_TYPE_NUMBER'
  | 'DB_TYPE_CLOB'
  | 'DB_TYPE_BINARY_DOUBLE'
  | 'DB_TYPE_BINARY_FLOAT';

const types: Readonly<Record<BindKind, TypeName>> = {
  text: 'DB_TYPE_VARCHAR',
  national: 'DB_TYPE_NVARCHAR',
  whole: 'DB_TYPE_NUMBER',
  lob: 'DB_TYPE_CLOB',
  double: 'DB_TYPE_BINARY_DOUBLE',
  float: 'DB_TYPE_BINARY_FLOAT',
};

/** By placeholder; a text is declared as long as the longest of its rows. */
export function bindDefinitions(
  driver: Driver,
  kinds: readonly BindKind[],
  rows: readonly (readonly BindValue[])[],
): BindDefinition[] {
  return kinds.map((kind, index) => {
    const definition = { dir: driver.BIND_IN, type: driver[types[kind]] };
    if (kind !== 'text' && kind !== 'national') return definition;
    // In UTF-8, as the driver counts: one byte too many may make a text a LONG to the server, which compares and converts none.
    const longest = rows.reduce((most, row) => Math.max(most, Buffer.byteLength(String(row[index] ?? ''))), 1);
    return { ...definition, maxSize: longest };
  });
}
