/** Asks a running process through its API. Must not know what the answers are for. */
import { catalogue, type ErrorCode } from '../base/catalogue.js';
import { IsthmusError } from '../base/errors.js';

export interface ApiTarget {
  readonly url: string;
  /** Empty: none. */
  readonly token: string;
  /** How long an answer may take, in ms; 10 s by default. */
  readonly limitMs?: number;
}

export async function askApi(target: ApiTarget, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const response = await send(target, { method, path, body });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw refusal(target, response.status, answer);
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

async function send({ url, token, limitMs = 10_000 }: ApiTarget, { method, path, body }: Question): Promise<Response> {
  if (!/^https?:\/\/./.test(url))
    throw new IsthmusError('usage', {
      message: `${url} is no address of an API: write it like http://127.0.0.1:7070.`,
    });
  try {
    return await fetch(new URL(path, url), {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(limitMs),
    });
  } catch (error) {
    throw new IsthmusError('api_unreachable', { message: `No running process answers at ${url}.`, cause: error });
  }
}

/** The process' own words, if they are of the form that it speaks. */
function refusal(target: ApiTarget, status: number, body: unknown): IsthmusError {
  const { code, message, remedy } = (body ?? {}) as Partial<Record<'code' | 'message' | 'remedy', string>>;
  if (typeof code === 'string' && Object.hasOwn(catalogue, code) && typeof message === 'string') {
    return new IsthmusError(code as ErrorCode, { message, ...(typeof remedy === 'string' ? { remedy } : {}) });
  }
  return new IsthmusError('api_unreachable', {
    message: `What answers at ${target.url} is not Isthmus (status ${status}).`,
  });
}
