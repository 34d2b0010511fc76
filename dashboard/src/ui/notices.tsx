/** Short messages about what was just done, told to screen readers too. */
import { dismiss, notices } from '../state/notices.js';
import { useStore } from '../state/store.js';
import { Icon } from './icon.js';

export function Notices() {
  const all = useStore(notices, (now) => now);
  return (
    <div class="notices" role="status" aria-live="polite">
      {all.map(({ id, text, tone }) => (
        <div key={id} class={`notice ${tone}`}>
          <Icon name={tone === 'good' ? 'check' : 'warn'} />
          <span class="grow">{text}</span>
          <button type="button" class="button quiet small" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" size={13} />
          </button>
        </div>
      ))}
    </div>
  );
}
