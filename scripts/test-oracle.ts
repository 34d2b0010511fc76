/**
 * `npm run test:oracle`: runs the contracts of the SQL side against an Oracle server that `ORACLE_URL` names. No other command does, since
 * there is no Oracle that tests could start.
 */
import { run } from './steps.js';

const url = process.env['ORACLE_URL'] ?? '';
if (/^oracle:\/\/[^@/]+@[^/]+\/./.test(url)) {
  const args = ['run', '--project', 'oracle', ...process.argv.slice(2)];
  process.exitCode = await run('vitest', args, { ...process.env, ISTHMUS_ORACLE: '1' });
} else {
  console.error(
    [
      'ORACLE_URL names no Oracle server, so nothing was tested.',
      'These tests need one: Oracle 19c or later, a database with the character set AL32UTF8 that may be written to.',
      'Set ORACLE_URL=oracle://user:password@host:1521/service, with a user that has the role DBA: it makes and drops users.',
    ].join('\n'),
  );
  process.exitCode = 1;
}
