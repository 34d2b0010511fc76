// The layers of the code: imports point down this list only, and a driver is known in its own folder alone.

const layers = [
  ['base'],
  ['model'],
  ['conflict', 'ports'],
  ['sync'],
  ['sql'],
  ['postgres', 'mysql', 'oracle', 'mongodb', 'kafka', 'debezium', 'relay', 'reconcile', 'lifecycle', 'observe'],
  ['config'],
  ['app'],
  ['api'],
  ['cli'],
];

const tests = '\\.test\\.ts$';

const oneOf = (folders) => `^src/(${folders.join('|')})/`;

const noUpwardImports = layers.slice(0, -1).map((folders, level) => ({
  name: `layer-of-${folders.join('-')}`,
  severity: 'error',
  comment:
    'Imports point down: base, model, conflict and ports, sync, what SQL sides share, databases and observers, config, app, api, cli.',
  from: { path: oneOf(folders), pathNot: tests },
  to: { path: oneOf(layers.slice(level + 1).flat()) },
}));

/** Folders that know a driver, beside tests: the servers for tests, and what writes to both databases for the demo. */
const testing = '^src/testing/|^test/|^bench/|^torture/|^scripts/';

export default {
  forbidden: [
    ...noUpwardImports,
    {
      name: 'dashboard-apart',
      severity: 'error',
      comment: 'The dashboard knows the HTTP API only, and nothing knows the dashboard.',
      from: { path: '^(src|test|bench|torture)/' },
      to: { path: '^dashboard/' },
    },
    {
      name: 'api-apart',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^(src|test|bench|torture|scripts)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no order in which it can be read or tested.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'databases-apart',
      severity: 'error',
      comment: 'What both databases need stands in a lower layer.',
      from: { path: '^src/(postgres|mysql|oracle|mongodb|kafka|debezium)/', pathNot: `${tests}|/test-decoder\\.ts$` },
      to: { path: '^src/(postgres|mysql|oracle|mongodb|kafka|debezium)/', pathNot: '^src/$1/' },
    },
    {
      name: 'postgres-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/postgres/|${testing}|${tests}` },
      to: { path: 'node_modules/(@types/)?pg(-copy-streams)?/' },
    },
    {
      name: 'mysql-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/mysql/|${testing}|${tests}` },
      to: { path: 'node_modules/mysql2/' },
    },
    {
      name: 'oracle-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/oracle/|${testing}|${tests}` },
      to: { path: 'node_modules/(@types/)?oracledb/' },
    },
    {
      name: 'mongodb-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/mongodb/|${testing}|${tests}` },
      to: { path: 'node_modules/(mongodb|bson)/' },
    },
    {
      name: 'kafka-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/kafka/|${testing}|${tests}` },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'testing-only-for-the-demo',
      severity: 'error',
      comment: 'What is made for tests must not be part of a sync.',
      from: { path: '^src/', pathNot: `^src/testing/|^src/cli/|${tests}` },
      to: { path: '^src/testing/' },
    },
    {
      name: 'no-test-imports',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      comment:
        'The published package has no development dependencies; kafkajs, mysql2 and oracledb are because they are optional peers.',
      from: { path: '^src/', pathNot: `${tests}|^src/testing/` },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/(@types|kafkajs|mysql2|oracledb)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
