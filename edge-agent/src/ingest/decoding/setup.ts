import * as z from 'zod';
import { ConfigurationError } from '../../runtime/agent-error.ts';

/** An id in a configuration file: people write it as a number or as a string. */
export const SetupId = z.union([z.string().min(1).max(512), z.int()]).transform(String);

export const SetupSource = z
  .string()
  .regex(/^live\/[^/\s]+\/\S+$/, 'expected live/<platform>/<room>')
  .max(512);

/** Unknown → settings. Throws `ConfigurationError` that names the key and never quotes a value. */
export function parseSetup<T extends z.ZodType>(schema: T, setup: unknown, connector: string): z.output<T> {
  const parsed = schema.safeParse(setup);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? 'the whole' : path.join('.')}: ${message}`)
    .join('; ');
  throw new ConfigurationError(`Setting up ${connector}: ${words}.`, { cause: parsed.error });
}
