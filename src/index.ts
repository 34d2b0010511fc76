/** The package's public entry. */
export { type StartedSync, type StartOptions, start } from './api/start.js';
export type { EntityStatus, LinkStatus, Sync, SyncEvents, SyncState, SyncStatus } from './app/sync.js';
export type { ErrorCode } from './base/catalogue.js';
export { type ErrorKind, IsthmusError } from './base/errors.js';
export type { Logger } from './base/logger.js';
export type { ConfigInput } from './config/load.js';
export type { Config } from './config/schema.js';
