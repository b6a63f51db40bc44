import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './program.ts';

/** A second machine on the studio's network, and where it reaches us. */
export interface SecondMachine {
  readonly host: string;
  /** Runs a script of this folder there, with `given` as its argument; what it prints is JSON. */
  run(script: string, given: object): unknown;
  close(): void;
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });

/**
 * A network namespace with a cable to us; `net` (1 to 250) keeps those of tests apart that run at a time. Null, with the
 * reason printed, where none can be made.
 */
export function openSecondMachine(what: string, net: number): SecondMachine | null {
  const name = `livecue-${process.pid}-${net}`;
  const [near, far] = [`lc${process.pid % 1e6}a${net}`, `lc${process.pid % 1e6}b${net}`];
  const host = `10.213.${net}.1`;
  try {
    ip('netns', 'add', name);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
    ip('addr', 'add', `${host}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', name, 'addr', 'add', `10.213.${net}.2/30`, 'dev', far);
    ip('-n', name, 'link', 'set', far, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  } catch (error) {
    process.stderr.write(`skipped: ${what}, no network namespace can be made here (${(error as Error).message.split('\n')[0]})\n`); // prettier-ignore
    return null;
  }
  return {
    host,
    run: (script, given) => JSON.parse(execFileSync('ip', ['netns', 'exec', name, process.execPath, '--no-warnings', path.join(ROOT, 'e2e', script), JSON.stringify(given)], { encoding: 'utf8', timeout: 90_000 })), // prettier-ignore
    close() {
      ip('link', 'del', near);
      ip('netns', 'del', name);
    },
  };
}
