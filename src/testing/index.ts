/** The public entry `isthmus/testing`: real servers for tests, and waiting without sleeping. Must not need a test runner. */
export type { EmbeddedOptions, EmbeddedServer } from './servers/embedded-server.js';
export { type MongoOptions, type MongoServer, startMongo } from './servers/mongo-server.js';
export { type PostgresOptions, type PostgresServer, startPostgres } from './servers/postgres-server.js';
export { type WaitOptions, waitFor } from './wait-for.js';
