/** Tries all open dead letters at once: for when their cause is mended. */
import { request } from '../../api/request.js';
import type { LetterCounts } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { useAction } from '../../ui/dialog.js';
import { ErrorNote } from '../../ui/states.js';

export function RetryAll({ open, onDone }: { open: number; onDone: () => void }) {
  const { busy, error, run } = useAction();
  if (open === 0) return null;
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={busy}
        onClick={() =>
          void run(async () => {
            const body = { by: signature() };
            const counts = await request<LetterCounts>('/api/dead-letters/retry', { method: 'POST', body });
            const { crossed, refused, conflict, left } = counts;
            const rest = refused + conflict + left;
            notify(`${crossed} written${rest > 0 ? `, ${rest} not` : ''}.`, rest > 0 ? 'bad' : 'good');
            onDone();
          })
        }
      >
        {busy ? 'Trying…' : 'Try all again'}
      </button>
      {error !== null && <ErrorNote error={error} />}
    </>
  );
}
