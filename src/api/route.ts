/** What a route is: data, from which the server and the OpenAPI document are made. */
import type { TSchema } from '@sinclair/typebox';
import type { Sync } from '../app/sync.js';

export interface RouteRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | number | undefined>>;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  /** `application/json` by default. */
  readonly type?: string;
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly summary: string;
  /** Open routes answer without a token: they say nothing about data. */
  readonly open: boolean;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly response: TSchema | null;
  /** Of an answer that is no JSON. */
  readonly media?: string;
  readonly handle: (sync: Sync, request: RouteRequest) => Promise<Reply> | Reply;
}
