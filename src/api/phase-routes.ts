/** The routes of a migration's phases, of routing, and of its report. */
import type { PhaseRequest } from '../app/lifecycle/phase-request.js';
import * as schemas from './phase-schemas.js';
import type { Route } from './route.js';

export const phaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/phase',
    summary: 'Where the migration stands, what its next step needs, and the rollback level',
    open: false,
    response: schemas.phaseSchema,
    handle: async (sync) => ({ body: await sync.lifecycle.show() }),
  },
  {
    method: 'POST',
    path: '/api/phase',
    summary: 'Takes a step, goes back, makes one side the single source, or approves; 409 with what is missing',
    open: false,
    body: schemas.phaseBody,
    response: schemas.phaseSchema,
    handle: async (sync, { body }) => ({ body: await sync.lifecycle.order(body as PhaseRequest) }),
  },
  {
    method: 'GET',
    path: '/api/routing',
    summary: 'Which side serves which share of the reads, and where may be written',
    open: false,
    response: schemas.routingSchema,
    handle: async (sync) => ({ body: await sync.lifecycle.routing() }),
  },
  {
    method: 'GET',
    path: '/api/report',
    summary: 'The story of the migration so far',
    open: false,
    response: schemas.reportSchema,
    handle: async (sync) => ({ body: await sync.lifecycle.report() }),
  },
];
