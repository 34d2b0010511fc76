/** The routes that tell how a sync does: its alerts, and its course for charts. All of them only read. */
import type { Route } from './route.js';
import * as schemas from './watch-schemas.js';

export const watchRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/alerts',
    summary: 'Every alert, and whether it fires',
    open: false,
    response: schemas.alertsSchema,
    handle: (sync) => ({ body: { alerts: sync.alerts.list() } }),
  },
  {
    method: 'GET',
    path: '/api/history',
    summary: 'Lag, latency and throughput of the last minutes, for charts',
    open: false,
    query: schemas.historyQuery,
    response: schemas.historySchema,
    handle: (sync, { query }) => ({ body: sync.history(query.minutes as number) }),
  },
];
