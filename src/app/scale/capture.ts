/** A capture as the shares of its process see it. */
import type { IsthmusError } from '../../base/errors.js';
import type { CaptureStatus } from '../sync.js';

/** What publishes a side's log from this process. */
export interface Capture {
  start(): void;
  stop(): Promise<void>;
  readonly failure: Promise<IsthmusError>;
  readonly status: Omit<CaptureStatus, 'lastError'> & { readonly lastError: IsthmusError | null };
}
