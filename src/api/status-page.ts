/**
 * The page at `/`: one self-contained file that asks `/api/status` again and again. It holds no data itself, and
 * puts what it is told into text nodes only.
 */
import { createHash } from 'node:crypto';
import { pageScript } from './status-page-script.js';

const style = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#647184;--line:#e3e7ec;--sql:#2f6fde;--mongo:#12925a;--bad:#c8322b;--warn:#b7791f}
@media(prefers-color-scheme:dark){:root{--bg:#0e141b;--card:#161e27;--ink:#e7edf3;--soft:#8d9bab;--line:#243040;--sql:#6ea2ff;--mongo:#3ccf8e;--bad:#ff7b72;--warn:#e3b341}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1060px;margin:0 auto;padding:28px 20px 60px}
header{display:flex;align-items:center;gap:14px;margin-bottom:22px;flex-wrap:wrap}h1{font-size:22px;margin:0;letter-spacing:-.01em}
h2{font-size:14px;color:var(--soft);font-weight:600;margin:28px 0 10px}
.state{padding:3px 12px;border-radius:99px;font-weight:600;font-size:13px;background:var(--line)}.state.running{background:var(--mongo);color:#fff}.state.failed{background:var(--bad);color:#fff}.state.loading,.state.paused{background:var(--warn);color:#fff}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(300px,1fr))}.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px}
.card h3{margin:0 0 4px;font-size:15px}.sql{color:var(--sql)}.mongo{color:var(--mongo)}.rate{font-size:34px;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}.rate small{font-size:14px;font-weight:400;color:var(--soft)}
svg{display:block;width:100%;height:54px;margin:6px 0 10px}dl{display:grid;grid-template-columns:1fr auto 1fr auto;gap:3px 14px;margin:0}dt{color:var(--soft)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse}th{color:var(--soft);font-weight:500;text-align:left}td,th{padding:7px 8px;border-bottom:1px solid var(--line)}tr:last-child td{border:0}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
progress{width:120px;accent-color:var(--mongo)}.numbers{display:flex;gap:34px;flex-wrap:wrap}.numbers div{color:var(--soft)}.numbers b{display:block;font-size:24px;color:var(--ink);font-variant-numeric:tabular-nums}
#note{color:var(--bad)}#note:empty{display:none}form{display:none;gap:8px}form.on{display:flex}input{font:inherit;padding:6px 10px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit}button{font:inherit;padding:6px 14px;border-radius:8px;border:1px solid var(--line);background:var(--card);color:inherit;cursor:pointer}
`;

const body = `
<main>
<header><h1>Isthmus <span id="name"></span></h1><span id="state" class="state" role="status">…</span><button id="toggle" hidden></button></header>
<p id="note" role="alert"></p>
<form id="login"><label>Token <input id="token" type="password" autocomplete="off"></label><button>Open</button></form>
<section class="grid" id="links" aria-label="Links"></section>
<h2>Conflicts and dead letters</h2>
<section class="card numbers" id="numbers"></section>
<h2>Tables</h2>
<section class="card"><table><thead><tr><th>Table</th><th>Collection</th><th>Load</th><th class="n">Rows</th></tr></thead><tbody id="entities"></tbody></table></section>
</main>`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const statusPage = {
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Isthmus</title><style>${style}</style></head><body>${body}<script>${pageScript}</script></body></html>`,
  headers: {
    'content-security-policy': `default-src 'none'; script-src ${hash(pageScript)}; style-src ${hash(style)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  },
};
