import * as z from 'zod';
import { Intent } from '../insight/prediction.ts';

/** Says what serves a task. `kind: "rules"` is an honest hand-written rule, not a trained model. */
export const ModelManifest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rules'),
    task: z.string(),
    version: z.string(),
    textVersion: z.int(),
    labels: z.array(z.string()),
    file: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    note: z.string(),
  }),
  z.strictObject({
    kind: z.literal('onnx'),
    task: z.string(),
    version: z.string(),
    textVersion: z.int(),
    labels: z.array(z.string()),
    file: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    inputs: z.array(z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.union([z.int(), z.string()])) })),
    thresholds: z.record(z.string(), z.number()),
    golden: z.string(),
  }),
]); // prettier-ignore
export type ModelManifest = z.infer<typeof ModelManifest>;

/** `models/intent-rules/rules.json`: patterns by intent, tried in the order of `intent-labels.md`. */
export const IntentRules = z.strictObject({
  rules: z.array(
    z.strictObject({
      intent: Intent,
      /** Substrings of the normalised text; one is enough. Latin ones match whole words. */
      anyOf: z.array(z.string().min(1)).default([]),
      /** JavaScript regular expressions on the normalised text. */
      patterns: z.array(z.string().min(1)).default([]),
    }),
  ),
});
export type IntentRules = z.infer<typeof IntentRules>;
