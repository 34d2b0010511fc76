/** The OpenAPI 3.1 document, made from the routes. */
import type { TSchema } from '@sinclair/typebox';
import type { Route } from './route.js';
import { errorSchema } from './schemas.js';

export function openapi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([a-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Isthmus', version, description: 'Two-way sync of PostgreSQL and MongoDB' },
    paths,
    components: {
      schemas: { Error: errorSchema },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(route: Route): object {
  const answer =
    route.response === null
      ? { [route.media ?? 'text/plain']: {} }
      : { 'application/json': { schema: route.response } };
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[/:]+([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
    security: route.open ? [] : [{ token: [] }],
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: false, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      200: { description: 'Good', content: answer },
      default: {
        description: 'Not good',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function parameters(schema: TSchema | undefined, place: 'path' | 'query'): object[] {
  const properties = (schema?.properties ?? {}) as Record<string, TSchema>;
  const required = (schema?.required ?? []) as string[];
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: value,
  }));
}
