/** The log as people read it at a terminal, and as JSON lines everywhere else. Both go to stderr. */
import { pino } from 'pino';
import type { Logger } from '../base/logger.js';
import { type LogLevel, logLevels } from './log-levels.js';
import type { Terminal } from './terminal.js';

export function makeLogger(terminal: Terminal, level: LogLevel): Logger {
  return terminal.live
    ? terminalLogger(terminal, level)
    : pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}

function terminalLogger(terminal: Terminal, level: LogLevel): Logger {
  const { dim, red, yellow } = terminal.style;
  const paint = { debug: dim, info: (text: string) => text, warn: yellow, error: red };
  const from = logLevels.indexOf(level);
  const write =
    (name: keyof typeof paint) =>
    (fields: object, message: string): void => {
      if (logLevels.indexOf(name) < from) return;
      const details = Object.entries(fields)
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ');
      terminal.err(`${dim(new Date().toTimeString().slice(0, 8))} ${paint[name](message)} ${dim(details)}`.trimEnd());
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
