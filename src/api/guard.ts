/** Who may ask: token, Host and Origin. Pure: says what is wrong with a request's headers, or null. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { IsthmusError } from '../base/errors.js';

export interface GuardedRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
  /** Whether the route answers without a token. */
  readonly open: boolean;
}

export interface GuardOptions {
  /** Empty: none is asked for. */
  readonly token: string;
  /** The host of `api.listen`. */
  readonly listenHost: string;
}

export function guard(request: GuardedRequest, options: GuardOptions): IsthmusError | null {
  if (!hostAllowed(request.host, options))
    return new IsthmusError('request_refused', { message: 'The Host header names no address of this API.' });
  if (!originAllowed(request))
    return new IsthmusError('request_refused', { message: 'The request comes from another web page.' });
  if (request.open || options.token === '') return null;
  return tokenMatches(request.authorization, options.token) ? null : new IsthmusError('unauthorized');
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/** A page of elsewhere can make its own name point here (DNS rebinding): only known names are served. A token protects wildcard addresses. */
function hostAllowed(header: string | undefined, { listenHost, token }: GuardOptions): boolean {
  const host = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  if (isLoopback(host) || host === listenHost.toLowerCase()) return true;
  return token !== '' && /^(0\.0\.0\.0|\[?::\]?)$/.test(listenHost) && host !== '';
}

/** A link may lead to an open page from anywhere; everything else is for our own pages only. */
function originAllowed({ origin, host, fetchSite, open }: GuardedRequest): boolean {
  if (!open && (fetchSite === 'cross-site' || fetchSite === 'same-site')) return false;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

/** Hashed first, so that lengths are equal and the time says nothing. */
function tokenMatches(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
