/**
 * Tells a running Isthmus of compared reads, in batches, for `dualRead`'s `report`: it then compares the record itself and
 * tells true differences from changes on their way. Bounded; what cannot be sent is dropped and counted, never waited for.
 */
import type { ComparedRead, Served } from './dual-read.js';

export interface ReadReporterOptions {
  /** Where the API answers, like http://127.0.0.1:7070. */
  readonly url: string;
  readonly token?: string;
  /** As schema.table. */
  readonly table: string;
  /** Reads are gathered for so many milliseconds; 500 by default. */
  readonly everyMs?: number;
  readonly timeoutMs?: number;
}

export interface ReadReporter<K> {
  readonly report: (read: ComparedRead<K>) => void;
  counts(): { readonly sent: number; readonly dropped: number };
  /** Sends what is left. */
  close(): Promise<void>;
}

const batchMost = 500;

export function reportReads<K>({
  url,
  token = '',
  table,
  everyMs = 500,
  timeoutMs = 2000,
}: ReadReporterOptions): ReadReporter<K> {
  const counts = { sent: 0, dropped: 0 };
  let gathered: { table: string; key: K; served: Served }[] = [];
  let sending: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const send = async (reads: typeof gathered): Promise<void> => {
    try {
      const response = await fetch(new URL('/api/reads/batch', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ reads }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.arrayBuffer();
      counts[response.ok ? 'sent' : 'dropped'] += reads.length;
    } catch {
      counts.dropped += reads.length;
    }
  };
  const flush = (): void => {
    timer = null;
    if (sending !== null || gathered.length === 0) return;
    const reads = gathered;
    gathered = [];
    sending = send(reads).finally(() => {
      sending = null;
      if (gathered.length > 0) later();
    });
  };
  const later = (): void => {
    timer ??= setTimeout(flush, everyMs);
    timer.unref();
  };
  return {
    report: ({ key, served }) => {
      if (gathered.length >= batchMost) counts.dropped++;
      else gathered.push({ table, key, served });
      later();
    },
    counts: () => ({ ...counts }),
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      await sending;
      flush();
      await sending;
    },
  };
}
