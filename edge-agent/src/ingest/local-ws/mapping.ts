import { EVENT_TYPES } from '@livecue/shared/event';
import * as z from 'zod';

/** A place in a message: names and list indices with dots (`data.user.0.name`); `$` is the whole. */
const Path = z.string().regex(/^(\$|[^.\s]+(\.[^.\s]+)*)$/, 'expected a path such as data.user.id');

const Condition = z
  .record(Path, z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number(), z.boolean()]))]))
  .describe('Path → value, or a list of values of which one must be there'); // prettier-ignore

const Rule = z.strictObject({
  when: Condition,
  event: z.enum(EVENT_TYPES as [(typeof EVENT_TYPES)[number], ...(typeof EVENT_TYPES)[number][]]),
  id: Path.optional().describe('Id of the message; without it one is derived'),
  time: Path.optional(),
  timeUnit: z.enum(['rfc3339', 's', 'ms']).default('rfc3339'),
  historical: Path.optional().describe('True there means: happened before we were connected'),
  data: z
    .record(z.string(), z.unknown())
    .describe('The event\'s data; a text "$path" stands for what is at that path, and is left out when nothing is'),
});

/** The user's mapping file: which messages of a local program are which events. */
export const Mapping = z.strictObject({
  items: Path.optional().describe('List of messages inside one message'),
  rules: z.array(Rule).min(1).max(200),
  ignore: z.array(Condition).max(200).default([]).describe('Messages that are known and mean nothing'),
});
export type Mapping = z.output<typeof Mapping>;
export type MappingRule = Mapping['rules'][number];
export type MappingCondition = z.output<typeof Condition>;
