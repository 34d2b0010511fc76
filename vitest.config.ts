import { defineConfig } from 'vitest/config';
import { inFull } from './src/testing/long-form.js';

/** For a server's timeouts: in the short form on one version only. */
const waitsLong = 'src/postgres/capture/own-server.pg.test.ts';
const globalSetup = './src/testing/servers/fixtures/global-setup.ts';
const needsServer = ['{src,torture}/**/*.{pg,mongo,mariadb,server}.test.ts', 'test/**/*.test.ts'];
/** There is none that tests could start: `npm run test:oracle` names one. */
const needsOracle = 'src/**/*.oracle.test.ts';

/** Files share what they import, which took a sixth of the time; what a file opens it closes in hooks of its own. */
const together = { isolate: false };

/** One server of each kind serves all tests of a project: files use databases of their own. */
const server = {
  globalSetup,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  ...together,
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    // A test that waits for nothing must not pass because it was forgotten.
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'dashboard/**/*.test.ts',
            'bench/**/*.test.ts',
            'torture/**/*.test.ts',
          ],
          exclude: [...needsServer, needsOracle],
          testTimeout: 30_000,
          ...together,
        },
      },
      { test: { name: 'pg18', include: needsServer, sequence: { groupOrder: 1 }, ...server } },
      // The oldest version to support, from the system's packages. `npm test` asks for it where it is installed.
      ...(process.env['ISTHMUS_PG15'] === '1'
        ? [
            {
              test: {
                name: 'pg15',
                include: ['src/**/*.pg.test.ts'],
                exclude: inFull ? [] : [waitsLong],
                sequence: { groupOrder: 2 },
                ...server,
              },
            },
          ]
        : []),
      ...(process.env['ISTHMUS_ORACLE'] === '1'
        ? [
            {
              test: { name: 'oracle', include: [needsOracle], testTimeout: 120_000, hookTimeout: 120_000, ...together },
            },
          ]
        : []),
    ],
  },
});
