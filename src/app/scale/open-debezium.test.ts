/** Which of Debezium's connectors a URL asks for, as an operator is told to set it. */
import { expect, it } from 'vitest';
import { configFrom } from '../../config/load.js';
import { connectorOf, connectorStatement } from './open-debezium.js';

it.each([
  ['postgres://shop:hunter2@db/shop', 'postgresql.PostgresConnector', 'postgresql'],
  ['mysql://shop:hunter2@db/shop', 'mariadb.MariaDbConnector', 'mariadb'],
  ['oracle://shop:hunter2@db/shop', 'oracle.OracleConnector', 'oracle'],
])('%s', (url, connectorClass, told) => {
  const config = configFrom({
    name: 'shop',
    sql: { url },
    mongodb: { url: 'mongodb://db', database: 'shop' },
    entities: [{ table: '*' }],
    apply: { atomic: 'record' },
    transport: { kind: 'kafka', brokers: ['k:9092'], format: 'debezium' },
  });
  const statement = connectorStatement(config, new Map());
  expect(statement).toContain(`"connector.class": "io.debezium.connector.${connectorClass}"`);
  expect(statement).toContain('"provide.transaction.metadata": "true"');
  expect(statement).not.toContain('hunter2');
  expect(connectorOf(config).dialect.connectors).toContain(told);
});
