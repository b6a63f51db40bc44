import * as z from 'zod';

const Named = { name: z.string().min(1).max(128) };

/** Verbs of the list of sources. */
export const SOURCE_VERBS = {
  /** Off: nothing is taken from it until it is switched on again, over restarts too. Its settings stay. */
  'source.switch': { args: z.strictObject({ ...Named, on: z.boolean() }), result: z.object({}) },
  /** Ends the pause before the next try, or begins anew after a refusal. */
  'source.retry': { args: z.strictObject(Named), result: z.object({}) },
} as const;
