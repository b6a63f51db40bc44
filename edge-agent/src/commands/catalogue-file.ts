import { readFileSync } from 'node:fs';
import { Catalogue } from '@livecue/shared/contract';
import { InputError } from '../runtime/agent-error.ts';

/** The products of a file named on the command line; none when no file is named. Throws `InputError`. */
export function readCatalogue(file: string | null): Catalogue {
  if (file === null) return { version: 1, products: [] };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`Reading the catalogue ${file}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = Catalogue.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`Catalogue ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
