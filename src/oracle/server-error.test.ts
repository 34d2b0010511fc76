/** What errors mean, in the forms that the server and the driver document: no row's value gets out. */
import { describe, expect, it } from 'vitest';
import { isConnectionLost, isContention, toIsthmusError } from './server-error.js';
import { refusalOf, violatedKey } from './store/refusal-of-error.js';

function oracleError(number: number, message: string): Error {
  const code = `ORA-${String(number).padStart(5, '0')}`;
  const help = `Help: https://docs.oracle.com/error-help/db/${code.toLowerCase()}/`;
  return Object.assign(new Error(`${code}: ${message}\n${help}`), { errorNum: number, code });
}

const driverError = (code: string, message: string): Error => Object.assign(new Error(`${code}: ${message}`), { code });

describe('a refusal', () => {
  it.each<[number, string, string, string]>([
    [1, 'unique constraint (SHOP.ONE_CODE) violated', 'unique_violation', '"ONE_CODE"'],
    [
      1,
      'unique constraint (SHOP.PK) violated on table SHOP.T columns (ID)\nORA-03301: (ORA-00001 details) row with column values (ID:secret) already exists',
      'unique_violation',
      '"PK"',
    ],
    [2290, 'check constraint (SHOP.FEW) violated', 'check_violation', '"FEW"'],
    [
      2291,
      'integrity constraint (SHOP.OF_PARENT) violated - parent key not found',
      'foreign_key_violation',
      '"OF_PARENT"',
    ],
    [1400, 'cannot insert NULL into ("SHOP"."T"."NEEDED")', 'not_null_violation', '"NEEDED"'],
    [12899, 'value too large for column "SHOP"."T"."V" (actual: 72, maximum: 20)', 'invalid_value', '"V"'],
    [1438, 'value larger than specified precision allowed for this column', 'invalid_value', 'more digits'],
    [1722, 'unable to convert string value containing secret to a number', 'invalid_value', 'ORA-01722'],
    [20001, 'secret', 'other', 'trigger'],
    [
      2091,
      'transaction rolled back\nORA-02291: integrity constraint (SHOP.LATER) violated - parent key not found',
      'foreign_key_violation',
      '"LATER"',
    ],
  ])('ORA-%s %s', (number, message, code, said) => {
    const refusal = refusalOf(oracleError(number, message));
    expect(refusal).toMatchObject({ code, reason: expect.stringContaining(said) });
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });

  it.each([
    [60, 'deadlock detected while waiting for resource'],
    [3113, 'end-of-file on communication channel'],
    [942, 'table or view does not exist'],
  ])('ORA-%s is none', (number, message) => {
    expect(refusalOf(oracleError(number, message))).toBeNull();
  });

  it('a primary key is known by its constraint', () => {
    expect(violatedKey(oracleError(1, 'unique constraint (SHOP.SYS_C0012) violated'))).toBe('SHOP.SYS_C0012');
    expect(violatedKey(oracleError(2290, 'check constraint (SHOP.FEW) violated'))).toBeNull();
  });
});

describe('what passes, and what is gone', () => {
  const lost: readonly Error[] = [
    oracleError(3113, 'end-of-file on communication channel'),
    oracleError(28, 'your session has been killed'),
    oracleError(1034, 'ORACLE not available'),
    driverError('NJS-500', 'connection to the Oracle Database was broken'),
    driverError('NJS-511', 'connection refused'),
    driverError('NJS-003', 'invalid or closed connection'),
    new Error('socket hang up'),
  ];
  const contended: readonly Error[] = [
    oracleError(60, 'deadlock detected while waiting for resource'),
    oracleError(30006, 'resource busy; acquire with WAIT timeout expired'),
    driverError('NJS-123', 'call timeout of 60000 ms exceeded'),
  ];

  it.each(lost)('%s: the connection is gone', (error) => {
    expect([isConnectionLost(error), isContention(error)]).toEqual([true, false]);
    expect(toIsthmusError(error, 'x').code).toBe('sql_unreachable');
  });

  it.each(contended)('%s: it is tried again', (error) => {
    expect([isConnectionLost(error), isContention(error)]).toEqual([false, true]);
    expect(toIsthmusError(error, 'x').code).toBe('transient');
  });
});

it.each([
  [oracleError(1017, 'invalid username/password; logon denied'), 'authentication_failed'],
  [oracleError(1031, 'insufficient privileges'), 'permission_denied'],
  [oracleError(942, 'table or view does not exist'), 'table_changed'],
  [oracleError(1722, 'unable to convert string value containing secret to a number'), 'sql_error'],
  [driverError('NJS-138', 'connections to this database server version are not supported'), 'configuration_invalid'],
  [driverError('NJS-011', 'encountered bind value and type mismatch'), 'invariant_broken'],
  [new TypeError('x is not a function'), 'invariant_broken'],
])('%s is %s', (error, code) => {
  const made = toIsthmusError(error, 'writing');
  expect(made).toMatchObject({ code, message: expect.stringMatching(/^writing: /) });
  expect(made.message).not.toMatch(/secret|Help/);
});
