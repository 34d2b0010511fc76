/**
 * `npm test`: sees that PostgreSQL 15, MariaDB, a browser, Java with Maven (for Kafka) and the built dashboard are there, runs every test and ends with the line
 * `N passed, N failed`.
 * In CI (CI=true) nothing may be skipped.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './compile.js';
import { buildDashboardIfStale } from './dashboard.js';
import { ensureChromium } from './ensure-chromium.js';
import { ensureKafka } from './ensure-kafka.js';
import { ensureMariadb } from './ensure-mariadb.js';
import { ensurePostgres15 } from './ensure-postgres15.js';
import { run } from './steps.js';
import { countTests } from './test-counts.js';

const inCi = process.env['CI'] === 'true';
const folder = await mkdtemp(join(tmpdir(), 'isthmus-test-'));
const report = join(folder, 'report.json');
try {
  const missing = await ensurePostgres15();
  if (missing !== null) console.log(`PostgreSQL 15 is not tested: ${missing}`);
  const mariadb = await ensureMariadb();
  if (mariadb !== null) console.log(`MariaDB is not tested: ${mariadb}`);
  const chromium = await ensureChromium();
  if ('missing' in chromium) console.log(`The dashboard is not tested in a browser: ${chromium.missing}`);
  const kafka = await ensureKafka();
  if (kafka !== null) console.log(`Kafka is not tested: ${kafka}`);
  await buildDashboardIfStale();
  const compiled = await compile('test');
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const code = await run('vitest', args, {
    ...process.env,
    ISTHMUS_COMPILED: compiled,
    ISTHMUS_PG15: missing === null ? '1' : '0',
    ISTHMUS_CHROMIUM: 'path' in chromium ? chromium.path : 'none',
  });
  const counts = countTests(await readFile(report, 'utf8').catch(() => ''), code);
  const skipped = counts.skipped + (missing === null ? 0 : 1);
  const notAllowed = inCi && skipped > 0;
  if (notAllowed)
    console.log(
      `In CI nothing may be skipped, and ${skipped} were: ${[missing ?? '', ...counts.skippedNames].join('\n  ')}`,
    );
  process.exitCode = code !== 0 || counts.failed > 0 || notAllowed ? 1 : 0;
  console.log(`${counts.passed} passed, ${counts.failed + (notAllowed ? 1 : 0)} failed`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
