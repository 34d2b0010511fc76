/** Steps of a longer command as a person follows them: a spinner while one runs, a line when it is done. */

import { duration } from './format.js';
import type { Terminal } from './terminal.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export interface Step {
  /** A few words beside the title while it runs. */
  note(text: string): void;
  /** More lines below it while it runs. */
  lines(lines: readonly string[]): void;
}

/** Runs the work; `done` may say more than the title when it has ended. */
export async function step<T>(
  terminal: Terminal,
  title: string,
  work: (step: Step) => Promise<T>,
  done?: (result: T) => string,
): Promise<T> {
  const { cyan, dim, green, red } = terminal.style;
  const begun = performance.now();
  let note = '';
  let lines: readonly string[] = [];
  const draw = (): void => {
    const frame = frames[Math.floor((performance.now() - begun) / 80) % frames.length] as string;
    terminal.draw([`${cyan(frame)} ${title} ${dim(note)}`, ...lines]);
  };
  const timer = setInterval(draw, 80);
  try {
    const result = await work({
      note: (text) => {
        note = text;
      },
      lines: (more) => {
        lines = more;
      },
    });
    terminal.draw([]);
    terminal.err(`${green('✔')} ${done?.(result) ?? title} ${dim(duration(performance.now() - begun))}`);
    return result;
  } catch (error) {
    terminal.draw([]);
    terminal.err(`${red('✘')} ${title}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
