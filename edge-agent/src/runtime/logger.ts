export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Words for people on stderr. Never given viewer text, names or tokens. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export function createLogger(ports: { write: (line: string) => void; nowMs: () => number }, level: LogLevel): Logger {
  const at = (own: LogLevel) => (message: string) => {
    if (ORDER.indexOf(own) < ORDER.indexOf(level)) return;
    ports.write(`${new Date(ports.nowMs()).toISOString()} ${own.padEnd(5)} ${message}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
