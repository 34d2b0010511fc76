/** The routes of live reads: what applications tell, and how the reads compared. */
import type { LiveRead } from '../app/reads/live-reads.js';
import * as schemas from './read-schemas.js';
import type { Route } from './route.js';

export const readRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/reads',
    summary: 'Compares a record that an application has just read, in the background',
    open: false,
    body: schemas.readBody,
    response: schemas.readAcceptedSchema,
    handle: (sync, { body }) => ({ status: 202, body: { accepted: sync.reads.accept(body as LiveRead) } }),
  },
  {
    method: 'POST',
    path: '/api/reads/batch',
    summary: 'The same for several reads at once; none is accepted if one is wrong',
    open: false,
    body: schemas.readsBody,
    response: schemas.readsAcceptedSchema,
    handle: (sync, { body }) => {
      const { reads } = body as { readonly reads: readonly LiveRead[] };
      for (const read of reads) sync.reads.check(read);
      const accepted = reads.filter((read) => sync.reads.accept(read)).length;
      return { status: 202, body: { accepted, skipped: reads.length - accepted } };
    },
  },
  {
    method: 'GET',
    path: '/api/reads',
    summary: 'How live reads compared over the last day, by table; changes on their way are no differences',
    open: false,
    response: schemas.readCountsSchema,
    handle: (sync) => ({ body: sync.reads.counts() }),
  },
];
