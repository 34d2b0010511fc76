/** Where the dashboard begins. */
import { render } from 'preact';
import { follow } from './api/live.js';
import { App } from './app.js';
import { followRoute } from './state/route.js';
import { applyTheme } from './state/session.js';
import { watchSync } from './state/sync-state.js';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';

applyTheme();
followRoute();
watchSync();
void follow();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
