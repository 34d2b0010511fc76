/** What stands in place of data: nothing there, not there yet, or why not. */
import type { ComponentChildren } from 'preact';
import { type ApiError, asApiError } from '../api/request.js';
import type { Resource } from '../state/resource.js';
import { Icon } from './icon.js';

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p class="soft">{children}</p>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> Loading {what}…
    </div>
  );
}

export function ErrorNote({ error, children }: { error: unknown; children?: ComponentChildren }) {
  const { code, message, remedy } = asApiError(error);
  return (
    <div class="note bad" role="alert">
      <Icon name="warn" />
      <div>
        <p>
          <strong>{message}</strong>
        </p>
        <p>
          {remedy} <code class="soft">{code}</code>
        </p>
        {children}
      </div>
    </div>
  );
}

/** A part that this version of the process does not have. */
function NotHere({ what }: { what: string }) {
  return (
    <Empty title={`This process does not offer ${what}`}>
      Another version of Isthmus may; the rest of the dashboard works.
    </Empty>
  );
}

/** Data, or what stands in its place. Older data stays while a newer attempt fails. */
export function Loaded<T>({
  resource: { data, error, reload },
  what,
  children,
}: {
  resource: Resource<T>;
  what: string;
  children: (data: T) => ComponentChildren;
}) {
  if (data !== null)
    return (
      <>
        {error !== null && !isAway(error) && <ErrorNote error={error} />}
        {children(data)}
      </>
    );
  if (error === null) return <Loading what={what} />;
  if (error.isMissingRoute) return <NotHere what={what} />;
  if (isAway(error))
    return <Empty title="The process does not answer">What it says is shown as soon as it is back.</Empty>;
  return (
    <ErrorNote error={error}>
      <button type="button" class="button" onClick={reload}>
        Try again
      </button>
    </ErrorNote>
  );
}

function isAway({ status }: ApiError): boolean {
  return status === 0 || status === 401;
}
