/** One request to the API: token, JSON, and errors in the API's own words. Must not know pages. */
import { session, wantToken } from '../state/session.js';

export class ApiError extends Error {
  constructor(
    /** 0: the process did not answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }

  /** The route is not there: a version that lacks this part. */
  get isMissingRoute(): boolean {
    return this.status === 404 && this.remedy.includes('openapi');
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export function authorization(): Record<string, string> {
  const { token } = session.value;
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

export async function request<T>(path: string, { method = 'GET', body, signal }: RequestOptions = {}): Promise<T> {
  const answer = await send(path, {
    method,
    headers: { ...authorization(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status === 401) wantToken();
  const data = await bodyOf(answer, signal);
  if (answer.ok) return data as T;
  throw errorOf(answer.status, data);
}

/** Null: an error without words of the API's. An answer of which a part is missing is none. */
async function bodyOf(answer: Response, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    if (!answer.ok) return null;
    throw new ApiError(
      0,
      'away',
      'The answer cannot be read: it was cut short, or something else answers in the place of the process.',
      'Look whether the process runs and what stands in front of it; this page tries again by itself.',
    );
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(
      0,
      'away',
      'The process does not answer.',
      'Look whether it runs; this page tries again by itself.',
    );
  }
}

function errorOf(status: number, data: unknown): ApiError {
  const { code, message, remedy } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  return new ApiError(
    status,
    text(code, `http_${status}`),
    text(message, `The answer was ${status}.`),
    text(remedy, 'See the log of the process.'),
  );
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'page_failed', error instanceof Error ? error.message : String(error), 'Load the page again.');
}
