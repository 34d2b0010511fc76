/** Every route but the pages and the OpenAPI document itself. */

import type { ConflictDecision, DecisionForAll } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';
import type { ConflictKind, ConflictState } from '../model/conflict.js';
import type { Side } from '../model/side.js';
import type { ConflictFilter } from '../ports/conflict-store.js';
import { comparisonRoutes } from './comparison-routes.js';
import { eventRoutes } from './event-routes.js';
import { letterRoutes } from './letter-routes.js';
import { phaseRoutes } from './phase-routes.js';
import { readRoutes } from './read-routes.js';
import { recordRoutes } from './record-routes.js';
import type { Route, RouteRequest } from './route.js';
import * as schemas from './schemas.js';
import { watchRoutes } from './watch-routes.js';

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process works',
    open: true,
    response: schemas.healthSchema,
    handle: (sync) => health(sync.status().state, (state) => state !== 'failed' && state !== 'stopped'),
  },
  {
    method: 'GET',
    path: '/readyz',
    summary: 'Whether changes cross',
    open: true,
    response: schemas.healthSchema,
    handle: (sync) => health(sync.status().state, (state) => state === 'running'),
  },
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Numbers for Prometheus',
    open: false,
    response: null,
    handle: (sync) => sync.metrics(),
  },
  {
    method: 'GET',
    path: '/api/status',
    summary: 'Where the sync stands',
    open: false,
    response: schemas.statusSchema,
    handle: (sync) => ({ body: sync.status() }),
  },
  {
    method: 'POST',
    path: '/api/pause',
    summary: 'Stops writing on both sides; the logs wait',
    open: false,
    body: schemas.emptyBody,
    response: schemas.statusSchema,
    handle: async (sync) => {
      await sync.pause();
      return { body: sync.status() };
    },
  },
  {
    method: 'POST',
    path: '/api/resume',
    summary: 'Goes on after a pause',
    open: false,
    body: schemas.emptyBody,
    response: schemas.statusSchema,
    handle: async (sync) => {
      await sync.resume();
      return { body: sync.status() };
    },
  },
  {
    method: 'GET',
    path: '/api/conflicts',
    summary: 'Conflicts, newest first',
    open: false,
    query: schemas.conflictQuery,
    response: schemas.conflictPageSchema,
    handle: async (sync, request) => ({ body: await sync.conflicts(conflictFilter(request)) }),
  },
  {
    method: 'GET',
    path: '/api/conflicts/:id',
    summary: 'A conflict with both versions and the ancestor',
    open: false,
    params: schemas.idParams,
    response: schemas.conflictSchema,
    handle: async (sync, { params }) => {
      const conflict = await sync.conflict(params.id as string);
      if (conflict === null) throw new IsthmusError('not_found', { message: 'There is no conflict by that id.' });
      return { body: conflict };
    },
  },
  {
    method: 'POST',
    path: '/api/conflicts/:id/resolution',
    summary: 'Decides a conflict that waits for a person; 409 if a side has moved since it was shown',
    open: false,
    params: schemas.idParams,
    body: schemas.decisionBody,
    response: schemas.conflictSchema,
    handle: async (sync, { params, body }) => ({
      body: await sync.decide(params.id as string, body as ConflictDecision),
    }),
  },
  {
    method: 'POST',
    path: '/api/conflicts/resolution',
    summary: 'Gives all conflicts that wait, of a table or of every one, the same answer',
    open: false,
    body: schemas.decisionForAllBody,
    response: schemas.decisionCountsSchema,
    handle: async (sync, { body }) => ({ body: await sync.decideAll(body as DecisionForAll) }),
  },
  {
    method: 'POST',
    path: '/api/loads',
    summary: 'Loads a table again, through the same rules as any change',
    open: false,
    body: schemas.loadBody,
    response: schemas.statusSchema,
    handle: async (sync, { body }) => {
      const { table, from } = (body ?? {}) as { table: string; from: Side };
      await sync.load(table, from);
      return { status: 202, body: sync.status() };
    },
  },
  ...letterRoutes,
  ...readRoutes,
  ...recordRoutes,
  ...watchRoutes,
  ...phaseRoutes,
  ...comparisonRoutes,
  ...eventRoutes,
];

function health(state: string, good: (state: string) => boolean): { status: number; body: object } {
  const ok = good(state);
  return { status: ok ? 200 : 503, body: { ok, state } };
}

/** The schema has checked every value; what was not asked for is left out. */
function conflictFilter({ query }: RouteRequest): ConflictFilter {
  return {
    limit: query.limit as number,
    ...(query.state === undefined ? {} : { state: query.state as ConflictState }),
    ...(query.table === undefined ? {} : { table: String(query.table) }),
    ...(query.kind === undefined ? {} : { kind: query.kind as ConflictKind }),
    ...(query.cursor === undefined ? {} : { cursor: String(query.cursor) }),
  };
}
