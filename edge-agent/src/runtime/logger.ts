export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Words for people on stderr. Never given viewer text, names or tokens. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that keeps its newest lines, for a support file. */
export interface KeptLogger extends Logger {
  /** Oldest first, at most 500, each cut to 1,000 characters; those of `debug` are not kept: they name products. */
  recent(): readonly string[];
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const LINES_KEPT = 500;
const LINE_KEPT = 1_000;

export function createLogger(ports: { write: (line: string) => void; nowMs: () => number }, level: LogLevel): KeptLogger {
  const kept: string[] = [];
  const at = (own: LogLevel) => (message: string) => {
    if (ORDER.indexOf(own) < ORDER.indexOf(level)) return;
    const line = `${new Date(ports.nowMs()).toISOString()} ${own.padEnd(5)} ${message}`;
    ports.write(`${line}\n`);
    if (own === 'debug') return;
    kept.push(line.slice(0, LINE_KEPT));
    if (kept.length > LINES_KEPT) kept.shift();
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), recent: () => [...kept] };
} // prettier-ignore
