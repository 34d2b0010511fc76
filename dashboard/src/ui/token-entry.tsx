/** Asks for the API's token. It is kept for as long as the tab is open, and sent in a header only. */
import { useState } from 'preact/hooks';
import { reconnect } from '../api/live.js';
import { giveToken } from '../state/session.js';
import { Icon } from './icon.js';

export function TokenEntry({ refused }: { refused: boolean }) {
  const [token, setToken] = useState('');
  return (
    <section class="token-entry panel">
      <Icon name="key" size={28} />
      <h1 tabIndex={-1}>Token</h1>
      <p class="soft">
        This process asks for a token: <code>api.token</code> of its configuration. It stays in this tab and is
        forgotten with it.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          giveToken(token.trim());
          reconnect();
        }}
      >
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            aria-invalid={refused}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        {refused && (
          <p class="problem" role="alert">
            The token was refused.
          </p>
        )}
        <button type="submit" class="button primary">
          Open
        </button>
      </form>
    </section>
  );
}
