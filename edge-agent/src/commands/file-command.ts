import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Command, Io } from './command.ts';

/** What the command line says of a command that reads files and writes files. */
export interface FileCall<Needed extends string, Own extends string> {
  readonly in: string;
  readonly out: string;
  readonly strict: boolean;
  /** The command's own options, as they were written. */
  readonly own: Readonly<Record<Needed, string> & Partial<Record<Own, string>>>;
}

export type Parsed<Call> = Call | { readonly wrong: string } | 'help';

/** Reads --in, --out, --strict, --help and options of the command's own, each of which takes a value. */
export function parseFileCall<Needed extends string = never, Own extends string = never>(
  args: string[],
  needed: readonly Needed[] = [],
  free: readonly Own[] = [],
): Parsed<FileCall<Needed, Own>> {
  const options = Object.fromEntries(
    [...needed, 'in', 'out', ...free].map((name) => [name, { type: 'string' as const }]),
  );
  let values: Record<string, string | boolean | undefined>;
  try {
    const flags = { strict: { type: 'boolean' as const }, help: { type: 'boolean' as const, short: 'h' } };
    ({ values } = parseArgs({ args, options: { ...options, ...flags } }) as { values: typeof values });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values['help'] === true) return 'help';
  const { in: input, out, strict = false, ...rest } = values as { in?: string; out?: string; strict?: boolean };
  if (input === undefined || out === undefined || needed.some((name) => values[name] === undefined)) {
    return { wrong: `give ${[...needed, 'in'].map((name) => `--${name}`).join(', ')} and --out` };
  }
  if (input !== '-' && path.resolve(input) === path.resolve(out)) return { wrong: '--in and --out are the same' };
  return { in: input, out, strict, own: rest as FileCall<Needed, Own>['own'] };
}

/** A command that says its help (exit code 0), what is wrong with its call (2), or runs. */
export function fileCommand<Call extends object>(
  name: string,
  help: string,
  parse: (args: string[], io: Io) => Parsed<Call>,
  run: (call: Call, io: Io) => Promise<number>,
): Command {
  return (args, io) => {
    const call = parse(args, io);
    if (call === 'help') io.stdout.write(help);
    else if ('wrong' in call) io.stderr.write(`livecue ${name}: ${call.wrong}\n\n${help}`);
    else return run(call, io);
    return Promise.resolve(call === 'help' ? 0 : 2);
  };
}
