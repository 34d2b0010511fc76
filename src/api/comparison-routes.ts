/** The routes of comparisons: start one, see them, repair what one found. */
import type { ComparisonRequest } from '../app/compare/comparison.js';
import type { RepairUse } from '../ports/comparison-store.js';
import * as schemas from './comparison-schemas.js';
import type { Route, RouteRequest } from './route.js';
import { emptyBody, idParams } from './schemas.js';

export const comparisonRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/comparisons',
    summary: 'Starts a comparison of both sides; it waits for the one that runs',
    open: false,
    body: schemas.comparisonRequest,
    response: schemas.comparisonSchema,
    handle: async (sync, { body }) => ({
      status: 202,
      body: await sync.comparisons.start(body as Omit<ComparisonRequest, 'reason'>),
    }),
  },
  {
    method: 'GET',
    path: '/api/comparisons',
    summary: 'Comparisons, newest first',
    open: false,
    query: schemas.comparisonsQuery,
    response: schemas.comparisonsSchema,
    handle: async (sync, { query }) => ({ body: { comparisons: await sync.comparisons.list(query.limit as number) } }),
  },
  {
    method: 'GET',
    path: '/api/comparisons/:id',
    summary: 'A comparison with the differences that it found',
    open: false,
    params: idParams,
    query: schemas.differencesQuery,
    response: schemas.comparisonDetailSchema,
    handle: async (sync, request) => ({ body: await sync.comparisons.get(idOf(request), pageOf(request)) }),
  },
  {
    method: 'POST',
    path: '/api/comparisons/:id/repair',
    summary: 'Repairs the differences that a finished comparison found, as far as they still stand',
    open: false,
    params: idParams,
    body: schemas.repairRequest,
    response: schemas.comparisonSchema,
    handle: async (sync, request) => ({
      status: 202,
      body: await sync.comparisons.repair(idOf(request), request.body as { use: RepairUse; by?: string }),
    }),
  },
  {
    method: 'POST',
    path: '/api/comparisons/:id/cancel',
    summary: 'Ends a comparison that waits or runs',
    open: false,
    params: idParams,
    body: emptyBody,
    response: schemas.comparisonSchema,
    handle: async (sync, request) => ({ body: await sync.comparisons.cancel(idOf(request)) }),
  },
];

function idOf({ params }: RouteRequest): string {
  return String(params['id']);
}

function pageOf({ query }: RouteRequest): { readonly limit: number; readonly cursor?: string } {
  return { limit: query.limit as number, ...(query.cursor === undefined ? {} : { cursor: String(query.cursor) }) };
}
