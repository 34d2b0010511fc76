/**
 * The thread of one custom module: loads it and asks it. Must not hand out a row's value in a reason. It is JavaScript,
 * so that the same file runs in the built package, from the sources and in tests: a thread starts without their loaders.
 *
 * @import { ThreadData, ThreadMessage, ThreadQuestion } from './custom-messages.js'
 */
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

/** As deep as a document of MongoDB may be. */
const maxDepth = 100;

const { url } = /** @type {ThreadData} */ (workerData);

/** @param {ThreadMessage} message */
function tell(message) {
  parentPort?.postMessage(message);
}

/** @returns {Promise<((input: unknown) => unknown) | string>} the function, or why there is none */
async function load() {
  let loaded;
  try {
    loaded = await import(url);
  } catch (error) {
    const place = lineOf(error) || (classOf(error) === 'SyntaxError' ? ' (`node --check` shows where)' : '');
    // Where this very thread imported it tells a user nothing; an import in the module itself does.
    const why = messageOf(error).replace(` imported from ${fileURLToPath(import.meta.url)}`, '');
    return `cannot be loaded: ${why}${place}`;
  }
  if (!('default' in loaded)) return 'has no default export';
  const decide = loaded.default;
  if (typeof decide !== 'function') return 'exports no function as its default';
  if (types.isAsyncFunction(decide)) return 'exports an async function: it must answer at once';
  if (types.isGeneratorFunction(decide)) return 'exports a generator: it must answer at once';
  return decide;
}

/**
 * @param {(input: unknown) => unknown} decide
 * @param {unknown} input
 * @returns {ThreadMessage}
 */
function ask(decide, input) {
  let value;
  try {
    value = decide(freeze(input));
  } catch (error) {
    return { type: 'failed', reason: `threw ${classOf(error)}${lineOf(error)}`, threw: true };
  }
  try {
    if (isPromise(value)) return failed('returned a promise: it must not be asynchronous');
    return { type: 'answer', value: plainCopy(value, new Set()) };
  } catch (error) {
    const what = error instanceof NotPlain ? error.message : 'something that cannot be read';
    return failed(`returned ${what}: it must return plain JSON data`);
  }
}

/**
 * @param {string} reason
 * @returns {ThreadMessage}
 */
function failed(reason) {
  return { type: 'failed', reason, threw: false };
}

/**
 * What it was given is also what is kept as the conflict's record: a module that changes it would be told so.
 * @param {unknown} value
 * @returns {unknown}
 */
function freeze(value) {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** @param {unknown} value */
function isPromise(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  if (types.isPromise(value)) {
    // Its failure must not end the thread while the next question is asked.
    value.catch(() => {});
    return true;
  }
  return 'then' in value && typeof value.then === 'function';
}

class NotPlain extends Error {}

/**
 * @param {unknown} value
 * @param {Set<unknown>} above the objects that it is in
 * @returns {unknown}
 */
function plainCopy(value, above) {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new NotPlain('NaN or an infinite number');
  }
  if (typeof value !== 'object') throw new NotPlain(value === undefined ? 'undefined' : `a ${typeof value}`);
  if (above.has(value)) throw new NotPlain('an object that contains itself');
  if (above.size >= maxDepth) throw new NotPlain(`more than ${maxDepth} levels`);
  above.add(value);
  const copy = Array.isArray(value)
    ? Array.from(value, (item) => plainCopy(item, above))
    : Object.fromEntries(ownEntries(value).map(([name, inner]) => [name, plainCopy(inner, above)]));
  above.delete(value);
  return copy;
}

/** @param {object} value */
function ownEntries(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw new NotPlain(`an object of class ${classOf(value)}`);
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NotPlain('an object with a symbol as a key');
  return Object.entries(value);
}

/**
 * The class's name alone: a message or a name of the error's own may hold what stood in the row.
 * @param {unknown} thing
 */
function classOf(thing) {
  if (typeof thing !== 'object' || thing === null) return 'a value that is no error';
  const name = attempt(() => Object.getPrototypeOf(thing).constructor.name);
  return typeof name === 'string' && /^[A-Za-z]\w{0,60}$/.test(name) ? name : 'without a name';
}

/**
 * The line of the module that the stack names first.
 * @param {unknown} error
 */
function lineOf(error) {
  const stack = attempt(() => /** @type {{ stack?: unknown }} */ (error).stack);
  if (typeof stack !== 'string') return '';
  for (const frame of stack.split('\n')) {
    if (!frame.startsWith('    at ') && !frame.startsWith(url)) continue;
    for (const place of [url, fileURLToPath(url)]) {
      const at = frame.indexOf(`${place}:`);
      const line = at < 0 ? Number.NaN : Number.parseInt(frame.slice(at + place.length + 1), 10);
      if (line > 0) return ` at line ${line}`;
    }
  }
  return '';
}

/**
 * While a module is loaded there is no row yet: its own words help to mend it.
 * @param {unknown} error
 */
function messageOf(error) {
  const message = attempt(() => /** @type {{ message?: unknown }} */ (error).message);
  const firstLine = typeof message === 'string' ? (message.split('\n')[0] ?? '').slice(0, 200) : '';
  return firstLine === '' ? classOf(error) : `${classOf(error)}: ${firstLine}`;
}

/**
 * What a module throws may itself throw when it is looked at.
 * @param {() => unknown} look
 */
function attempt(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}

// What a module prints has no place to go: read by the main thread it would keep the process, unread it would pile up.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

const decide = await load();
if (typeof decide === 'string') tell({ type: 'unusable', reason: decide });
else {
  parentPort?.on('message', (/** @type {ThreadQuestion} */ { input }) => tell(ask(decide, input)));
  tell({ type: 'loaded' });
}
