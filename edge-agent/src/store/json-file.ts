import { existsSync, readFileSync } from 'node:fs';
import type { Adapter } from 'lowdb';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { replaceFile } from './durable-file.ts';

/**
 * lowdb adapter that is on disk when `write` returns. lowdb's own `JSONFile` renames without an fsync, which a
 * power loss may leave empty.
 */
export class DurableJsonFile implements Adapter<unknown> {
  readonly #path: string;
  readonly #mode: number;

  constructor(path: string, mode: number) {
    this.#path = path;
    this.#mode = mode;
  }

  /** Null when there is no file. Throws `ConfigurationError` with file and position when it is not JSON. */
  async read(): Promise<unknown> {
    if (!existsSync(this.#path)) return null;
    const text = readFileSync(this.#path, 'utf8').replace(/^\uFEFF/, '');
    try {
      return JSON.parse(text);
    } catch (error) {
      const what = `Reading ${this.#path}: not valid JSON: ${(error as Error).message}. Correct that place`;
      throw new ConfigurationError(`${what}, or put back one of the numbered versions beside it.`, { cause: error });
    }
  }

  async write(value: unknown): Promise<void> {
    replaceFile(this.#path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`), this.#mode);
  }
}
