/**
 * YAML text to plain data, with the line of every path. Aliases, anchors, merge keys, tags and duplicate keys are
 * refused. Must not know what the keys mean.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { type Expansion, expand } from './expand.js';
import type { Problem } from './problem.js';

export interface Parsed {
  readonly data: unknown;
  /** Path → line. */
  readonly lines: ReadonlyMap<string, number>;
  /** Paths of unquoted scalars that an environment variable was put into: they may stand for a number or a boolean. */
  readonly expanded: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

type Environment = Readonly<Record<string, string | undefined>>;

export function parseConfig(text: string, env: Environment): Parsed {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    merge: false,
    uniqueKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  // The first mistake of form makes most of the others.
  const problems = [...document.errors, ...document.warnings]
    .slice(0, 1)
    .map((error) => formProblem(text, counter.linePos(error.pos[0]).line, error.message));
  const reader = new TreeReader(counter, env, problems);
  const data = problems.length > 0 || document.contents === null ? {} : reader.read(document.contents as Node, '');
  return { data, lines: reader.lines, expanded: reader.expanded, problems };
}

function formProblem(text: string, line: number, message: string): Problem {
  const unquoted = /[{[,].*[^"']\$\{/.test(text.split('\n')[line - 1] ?? '');
  return {
    path: '',
    line,
    text: message,
    ...(unquoted ? { remedy: 'Put the expression into quotes: "${NAME}".' } : {}),
  };
}

class TreeReader {
  readonly lines = new Map<string, number>();
  readonly expanded = new Set<string>();

  constructor(
    private readonly counter: LineCounter,
    private readonly env: Environment,
    private readonly problems: Problem[],
  ) {}

  read(node: Node | null, path: string): unknown {
    if (node === null) return null;
    const line = this.counter.linePos(node.range?.[0] ?? 0).line;
    if (!this.lines.has(path)) this.lines.set(path, line);
    if (isAlias(node)) return this.refuse(path, line, 'is an alias (*name), which is not allowed here');
    if (node.anchor !== undefined) return this.refuse(path, line, 'has an anchor (&name), which is not allowed here');
    if (node.tag?.startsWith('!') === true) return this.refuse(path, line, 'has a tag, which is not allowed here');
    if (isMap(node)) return this.readMap(node.items as Pair<Node, Node | null>[], path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node, join(path, String(index))));
    return isScalar(node) ? this.readScalar(node.value, node.type === 'PLAIN', path) : null;
  }

  private readMap(pairs: readonly Pair<Node, Node | null>[], path: string): object {
    const entries: [string, unknown][] = [];
    for (const { key, value } of pairs) {
      const line = this.counter.linePos(key.range?.[0] ?? 0).line;
      const name = isScalar(key) ? String(key.value) : null;
      if (name === null) this.refuse(path, line, 'has a key that is not a plain name');
      else if (name === '<<') this.refuse(path, line, 'has a merge key (<<), which is not allowed here');
      else {
        this.lines.set(join(path, name), line);
        entries.push([name, this.read(value, join(path, name))]);
      }
    }
    return Object.fromEntries(entries);
  }

  private readScalar(value: unknown, plain: boolean, path: string): unknown {
    if (typeof value !== 'string') return value;
    const expansion: Expansion = expand(value, this.env);
    if (expansion.problem !== null) this.refuse(path, this.lines.get(path) ?? null, expansion.problem);
    if (expansion.expanded && plain) this.expanded.add(path);
    return expansion.value;
  }

  private refuse(path: string, line: number | null, text: string): null {
    this.problems.push({ path, line, text });
    return null;
  }
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
