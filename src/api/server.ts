/** The HTTP server: routes, guard and errors put together on fastify. Must not know how the sync is made. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Ajv } from 'ajv';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Sync } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { version } from '../base/version.js';
import { addDashboard, builtDashboard } from './dashboard.js';
import { guard, isLoopback } from './guard.js';
import { errorBody, httpError } from './http-error.js';
import { openapi } from './openapi.js';
import { RateLimit, wrongTokenCost } from './rate-limit.js';
import type { Route, RouteRequest } from './route.js';
import { routes } from './routes.js';

export interface ApiOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** Empty: none. */
  readonly token: string;
  readonly log: Logger;
  /** Requests a second of one address; 500 by default. */
  readonly rateLimit?: number;
  /** The folder of the built dashboard; by default the one of this package. */
  readonly dashboard?: string;
}

export interface Api {
  /** Where it listens, for a person. */
  readonly url: string;
  close(): Promise<void>;
}

/** To be asked before a sync takes over from another one, which may have the port. Throws `listen_refused`. */
export async function mayListen(options: Pick<ApiOptions, 'listen' | 'token'>): Promise<void> {
  const { host, port } = guarded(options);
  const probe = createServer();
  try {
    probe.listen({ host: bareHost(host), port });
    await once(probe, 'listening');
  } catch (error) {
    throw cannotListen(options.listen, error);
  } finally {
    probe.close();
  }
}

export async function startApi(sync: Sync, options: ApiOptions): Promise<Api> {
  const { host, port } = guarded(options);
  const app = makeApp(sync, options, host);
  try {
    await app.listen({ host: bareHost(host), port });
  } catch (error) {
    await app.close();
    throw cannotListen(options.listen, error);
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host}:${bound}`, close: () => app.close() };
}

export function makeApp(
  sync: Sync,
  {
    token,
    log,
    dashboard = builtDashboard,
    rateLimit = 500,
  }: Pick<ApiOptions, 'token' | 'log' | 'dashboard' | 'rateLimit'>,
  listenHost: string,
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    // What is refused before a route is found: a path that cannot be decoded, or that is too long.
    frameworkErrors: (thrown, _request, reply) => {
      const { status, error } = httpError(thrown);
      void (reply as FastifyReply).code(status).headers(securityHeaders).send(errorBody(error));
    },
  });
  const limit = new RateLimit({ perSecond: rateLimit, now: () => performance.now() });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? exact : converting).compile(schema as object),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!limit.take(request.ip)) throw new IsthmusError('too_many_requests');
    const refusal = guard({ ...headersOf(request), open: isOpen(request) }, { token, listenHost });
    if (refusal?.code === 'unauthorized' && request.headers.authorization !== undefined)
      limit.charge(request.ip, wrongTokenCost);
    if (refusal !== null) throw refusal;
  });
  app.setErrorHandler((thrown, _request, reply) => {
    const { status, error } = httpError(thrown);
    if (status === 500) log.error({ cause: String((thrown as Error).stack) }, 'a request failed');
    if (status === 429) reply.header('retry-after', '1');
    return reply.code(status).send(errorBody(error));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody(new IsthmusError('not_found', { remedy: 'See /api/openapi.json.' }))),
  );
  for (const route of routes) addRoute(app, sync, route);
  addDashboard(app, dashboard);
  app.get('/api/openapi.json', () => openapi(routes, version));
  return app;
}

const exact = new Ajv({ coerceTypes: false, useDefaults: true, removeAdditional: false, strict: false });
/** A query's values are text: they may stand for numbers. */
const converting = new Ajv({ coerceTypes: true, useDefaults: true, removeAdditional: false, strict: false });

const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

declare module 'fastify' {
  interface FastifyContextConfig {
    open?: boolean;
  }
}

function addRoute(app: FastifyInstance, sync: Sync, route: Route): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { open: route.open },
    schema: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
    },
    preValidation: async (request) => {
      // An empty body stands for an object without keys.
      if (route.body !== undefined) checkBody(route, request.body ?? {});
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const answer = await route.handle(sync, request as unknown as RouteRequest);
      return reply
        .code(answer.status ?? 200)
        .type(answer.type ?? 'application/json')
        .send(answer.body);
    },
  });
}

function checkBody(route: Route, body: unknown): void {
  const check = exact.compile(route.body as object);
  if (!check(body))
    throw new IsthmusError('request_invalid', { message: `body${exact.errorsText(check.errors, { dataVar: '' })}` });
}

function headersOf(request: FastifyRequest) {
  const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
  return {
    host: request.headers.host,
    origin: one(request.headers.origin),
    fetchSite: one(request.headers['sec-fetch-site']),
    authorization: request.headers.authorization,
  };
}

function isOpen(request: FastifyRequest): boolean {
  return request.routeOptions.config.open === true;
}

/** Where to listen, unless others could reach it without a token. */
function guarded({ listen, token }: Pick<ApiOptions, 'listen' | 'token'>): { host: string; port: number } {
  const place = splitListen(listen);
  if (token !== '' || isLoopback(place.host)) return place;
  throw new IsthmusError('listen_refused', {
    message: `api.listen is ${listen}, which others can reach, and api.token is empty.`,
  });
}

function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function cannotListen(listen: string, cause: unknown): IsthmusError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new IsthmusError('listen_refused', { message: `The API cannot listen at ${listen} (${reason}).`, cause });
}

function splitListen(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at), port: Number(listen.slice(at + 1)) };
}
