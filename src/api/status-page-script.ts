/** The script of the page at `/`. Plain JavaScript for the browser; values go into text nodes only. */
export const pageScript = `
'use strict';
const $ = (id) => document.getElementById(id);
const labels = { sql_to_mongodb: ['PostgreSQL', 'MongoDB', 'sql', 'mongo'], mongodb_to_sql: ['MongoDB', 'PostgreSQL', 'mongo', 'sql'] };
const history = { sql_to_mongodb: [], mongodb_to_sql: [] };
let last = null;
let token = sessionStorage.getItem('isthmus-token') || '';
const number = new Intl.NumberFormat('en');

function el(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function spark(values, className) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 120 40');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', className);
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => [(120 - values.length + 1 + i), 38 - (value / most) * 35]);
  const line = document.createElementNS(ns, 'polyline');
  line.setAttribute('points', points.map((p) => p.join(',')).join(' '));
  line.setAttribute('fill', 'none');
  line.setAttribute('stroke', 'currentColor');
  line.setAttribute('stroke-width', '1.6');
  line.setAttribute('vector-effect', 'non-scaling-stroke');
  svg.append(line);
  return svg;
}

function time(ms) {
  return ms < 1000 ? Math.round(ms * 10) / 10 + ' ms' : (ms / 1000).toFixed(1) + ' s';
}

function linkCard(name, link, rate) {
  const [from, to, fromClass, toClass] = labels[name];
  const card = el('article', undefined, 'card');
  const title = el('h3');
  title.append(el('span', from, fromClass), ' → ', el('span', to, toClass));
  const value = el('div', number.format(rate), 'rate');
  value.append(' ', el('small', 'changes/s'));
  const list = el('dl');
  const rows = [['Lag', time(link.lagMs)], ['Applied', number.format(link.applied)], ['p50', time(link.latency.p50Ms)], ['Pending', number.format(link.pending)],
    ['p95', time(link.latency.p95Ms)], ['Held', number.format(link.held)]];
  for (const [term, text] of rows) list.append(el('dt', term), el('dd', text));
  card.append(title, value, spark(history[name], fromClass), list);
  if (link.lastError) card.append(el('p', link.lastError.code + ': ' + link.lastError.message));
  return card;
}

function show(status, at) {
  $('name').textContent = status.name;
  $('state').textContent = status.state;
  $('state').className = 'state ' + status.state;
  const paused = status.state === 'paused';
  $('toggle').hidden = !paused && status.state !== 'running';
  $('toggle').textContent = paused ? 'Resume' : 'Pause';
  $('toggle').dataset.action = paused ? 'resume' : 'pause';
  $('links').replaceChildren(...Object.keys(labels).map((name) => {
    const link = status.links[name];
    const before = last && last.status.links[name].applied;
    const rate = last ? Math.max(0, Math.round((link.applied - before) * 1000 / (at - last.at))) : 0;
    history[name].push(rate);
    if (history[name].length > 120) history[name].shift();
    return linkCard(name, link, rate);
  }));
  const numbers = [['conflicts', status.conflicts.total], ['wait for a person', status.conflicts.pending], ['dead letters', status.deadLetters], ['ms clock skew', status.clockSkewMs]];
  $('numbers').replaceChildren(...numbers.map(([label, value]) => {
    const box = el('div', undefined);
    box.append(el('b', number.format(value)), label);
    return box;
  }));
  $('entities').replaceChildren(...status.entities.map((entity) => {
    const row = el('tr');
    const load = el('td');
    if (entity.load.state === 'open') {
      const bar = el('progress');
      bar.max = Math.max(1, entity.load.total);
      bar.value = entity.load.rows;
      load.append(bar);
    } else load.textContent = entity.stopped ? 'stopped: ' + entity.stopped : entity.load.state === 'done' ? 'loaded' : '–';
    row.append(el('td', entity.table), el('td', entity.collection), load, el('td', number.format(entity.load.rows), 'n'));
    return row;
  }));
  last = { status, at };
}

function headers() {
  return token ? { authorization: 'Bearer ' + token } : {};
}

async function poll() {
  try {
    const answer = await fetch('/api/status', { headers: headers() });
    $('login').classList.toggle('on', answer.status === 401);
    if (answer.ok) {
      show(await answer.json(), performance.now());
      $('note').textContent = '';
    } else {
      const error = await answer.json();
      $('note').textContent = error.message + ' ' + error.remedy;
    }
  } catch {
    $('note').textContent = 'The process does not answer.';
    $('state').textContent = 'away';
    $('state').className = 'state';
  }
  setTimeout(poll, 1000);
}

$('toggle').addEventListener('click', () => fetch('/api/' + $('toggle').dataset.action, { method: 'POST', headers: headers() }));
$('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value;
  sessionStorage.setItem('isthmus-token', token);
});
poll();
`;
