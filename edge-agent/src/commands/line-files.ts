import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { InputError } from '../runtime/agent-error.ts';
import type { Io } from './command.ts';

/**
 * Pairs of input and output; a folder stands for its files whose name ends in `suffix` or `suffix.gz`, and
 * the output is then a folder too. Throws an `InputError` when there is nothing to read.
 */
export function filePairs(input: string, output: string, suffix: string): (readonly [string, string])[] {
  if (input === '-') return [[input, output]];
  if (!existsSync(input)) throw new InputError(`Reading ${input}: there is no such file or folder. Correct --in.`);
  if (!statSync(input).isDirectory()) return [[input, output]];
  const names = readdirSync(input).filter((name) => name.endsWith(suffix) || name.endsWith(`${suffix}.gz`));
  if (names.length === 0) throw new InputError(`Reading ${input}: the folder has no ${suffix} or ${suffix}.gz files.`);
  if (output === '-')
    throw new InputError(`Writing the files of ${input}: stdout takes one file. Give --out a folder.`);
  mkdirSync(output, { recursive: true });
  return names.sort().map((name) => [path.join(input, name), path.join(output, name)]);
}

export interface Line {
  /** Counts from 1. */
  readonly number: number;
  /** Without its end, LF or CRLF, and without a byte order mark. */
  readonly text: string;
}

/** Lines of a file or stdin ("-"), unpacked when the name ends in .gz, as they are read. */
export async function* readLines(input: string): AsyncGenerator<Line> {
  const raw = input === '-' ? process.stdin : createReadStream(input);
  const stream: Readable = input.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  // Errors of the source end the reader of lines only through the stream that it reads.
  if (stream !== raw) raw.on('error', (error: Error) => stream.destroy(error));
  let number = 0;
  try {
    for await (const text of splitLines(stream)) {
      number++;
      yield { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const why =
      error instanceof LineTooLong ? error.message : `${error.message}. The file is cut short or no longer there.`;
    throw new InputError(`Reading ${input} after line ${number}: ${why}`, { cause: error }); // prettier-ignore
  } finally {
    // A reader who stops early must not leave the file open.
    if (raw !== process.stdin) raw.destroy();
  }
}

/** No event is as long, and packed files may hold any length of nothing. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

class LineTooLong extends Error {
  readonly code = 'line-too-long';
}

/** By line feed alone: U+2028, which Node's readline splits at too, may stand in a comment. */
async function* splitLines(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield text([...rest, chunk.subarray(start, end)]);
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > MAX_LINE_BYTES) throw new LineTooLong(`a line is longer than ${MAX_LINE_BYTES} bytes. Expected one row or one JSON object a line.`); // prettier-ignore
  }
  if (rest.length > 0) yield text(rest);
}

export interface Output {
  /** Resolves when the next text may come. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** A file, or stdout ("-"); packed when the name ends in .gz. Throws an `InputError` when it cannot be made. */
export async function openOutput(output: string, io: Io): Promise<Output> {
  if (output === '-') return { write: (text) => written(io.stdout, text), end: () => Promise.resolve() };
  const file = createWriteStream(output);
  try {
    await once(file, 'open');
  } catch (error) {
    throw new InputError(`Writing ${output}: ${(error as Error).message}. Give --out a path that can be written.`, { cause: error }); // prettier-ignore
  }
  const first = output.endsWith('.gz') ? createGzip() : file;
  if (first !== file) first.pipe(file);
  return {
    write: (text) => written(first, text),
    async end() {
      first.end();
      await finished(file);
    },
  };
}

async function written(out: NodeJS.WritableStream, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}
