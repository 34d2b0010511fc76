/** Where a command prints: colours and live lines on a terminal only. Must not know any command. */

export interface Terminal {
  /** Whether live lines (bars, status) may be drawn. */
  readonly live: boolean;
  readonly columns: number;
  /** How wide a result may be: the terminal's width, or that of a page where it goes to a file or a pipe. */
  readonly width: number;
  readonly style: Style;
  /** A line for the reader of the command's result. */
  out(line: string): void;
  /** A line for the person at the terminal: errors and progress. */
  err(line: string): void;
  /** Draws these lines below everything else, in place of those drawn before; empty: takes them away. */
  draw(lines: readonly string[]): void;
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Style = Readonly<Record<keyof typeof codes, (text: string) => string>>;

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function makeTerminal({ stdout, stderr, env }: TerminalStreams): Terminal {
  const live = stdout.isTTY === true && stderr.isTTY === true && env.TERM !== 'dumb';
  const coloured = (env.NO_COLOR ?? '') === '' && (live || (env.FORCE_COLOR ?? '0') !== '0');
  let drawn = 0;
  const erase = (): string => {
    const up = drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`;
    drawn = 0;
    return up;
  };
  let shown: readonly string[] = [];
  const redraw = (above: string): void => {
    const columns = stderr.columns ?? 80;
    const text = erase() + above + shown.map((line) => `${cut(line, columns)}\n`).join('');
    drawn = shown.length;
    if (text !== '') stderr.write(text);
  };
  return {
    live,
    get columns() {
      return stderr.columns ?? 80;
    },
    get width() {
      return stdout.columns ?? 120;
    },
    style: makeStyle(coloured),
    out: (line) => {
      if (drawn === 0) {
        stdout.write(`${line}\n`);
        return;
      }
      stderr.write(erase());
      stdout.write(`${line}\n`);
      redraw('');
    },
    err: (line) => redraw(`${line}\n`),
    draw: (lines) => {
      if (!live) return;
      shown = lines;
      redraw('');
    },
  };
}

export function makeStyle(coloured: boolean): Style {
  const paint =
    ([open, close]: readonly [number, number]) =>
    (text: string): string =>
      coloured ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return Object.fromEntries(Object.entries(codes).map(([name, pair]) => [name, paint(pair)])) as unknown as Style;
}

const sequences = /\x1b\[[0-9;]*m/g;

/** The text without colours. */
export function plain(text: string): string {
  return text.replaceAll(sequences, '');
}

/** Cuts a line to the terminal's width (a line that wraps could not be erased), keeping colours. */
export function cut(line: string, columns: number): string {
  if (plain(line).length <= columns) return line;
  let left = columns - 1;
  let result = '';
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith('\x1b[')) result += part;
    else {
      result += part.slice(0, left);
      left = Math.max(0, left - part.length);
    }
  }
  return `${result}…`;
}
