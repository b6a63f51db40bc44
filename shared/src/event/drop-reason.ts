import * as z from 'zod';

/** Why an event did not reach a window. The list is closed; the caller counts. */
export const DropReason = z.enum([
  'malformed',
  'unknown-kind',
  'too-large',
  'buffer-full',
  'duplicate',
  'late',
  'from-the-future',
  'historical',
]);
export type DropReason = z.infer<typeof DropReason>;

/** A reasoned refusal. `detail` names the field and what would be right; it never quotes viewer text. */
export interface Drop {
  readonly reason: DropReason;
  readonly detail: string;
}
