import * as z from 'zod';
import { ScreenReport } from './panel-air.ts';
import { SettingsPreview, SettingsDone } from './panel-settings.ts';

/** Steps of the first run, in this order. */
export const FIRST_RUN_STEPS = ['room', 'source', 'catalogue', 'screen', 'cue'] as const;
export const FirstRunStep = z.enum(FIRST_RUN_STEPS);
export type FirstRunStep = z.infer<typeof FirstRunStep>;

/** The most templates that are kept. */
export const TEMPLATES_MAX = 50;

const TemplateName = z.string().trim().min(1).max(60).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line'); // prettier-ignore
const TemplateId = z.string().regex(/^[0-9a-f]{12}$/, 'expected the id of a template');

/** A show to begin with: sources on and off, cue rules and limits, keys, host screens, products. */
export const ShowTemplate = z.object({
  templateId: TemplateId,
  name: z.string(),
  savedMs: z.int(),
  by: z.string(),
  /** Names of the sources that it switches on. */
  sources: z.array(z.string()),
  products: z.int(),
  /** It keeps the global keys and how host screens look; false: it was saved by a version that did not. */
  studio: z.boolean(),
});
export type ShowTemplate = z.infer<typeof ShowTemplate>;

/** The last change of templates, which can be taken back. */
export const TemplatesUndo = z.object({
  atMs: z.int(),
  by: z.string(),
  /** They came out of a file or a backup, all at once. */
  imported: z.boolean(),
});
export type TemplatesUndo = z.infer<typeof TemplatesUndo>;

/** A host screen that is open, as it told of itself last. */
export const OpenScreen = ScreenReport.extend({ atMs: z.int() });
export type OpenScreen = z.infer<typeof OpenScreen>;

/** Verbs of the first run and of show templates. What changes something is an admin's. */
export const FIRST_RUN_VERBS = {
  'firstrun.read': {
    args: z.strictObject({}),
    result: z.object({
      /** Nothing is set up yet, and nobody said that it shall stay so: the panel opens the first run by itself. */
      needed: z.boolean(),
      step: FirstRunStep,
      done: z.boolean(),
    }),
  },
  /** Where it goes on the next time; `done` ends it. */
  'firstrun.save': { args: z.strictObject({ step: FirstRunStep, done: z.boolean() }), result: z.object({}) },
  /** Host screens that are open, newest report first. */
  'screens.read': { args: z.strictObject({}), result: z.object({ screens: z.array(OpenScreen).max(64), nowMs: z.int() }) },
  /** Newest first. */
  'templates.read': { args: z.strictObject({}), result: z.object({ templates: z.array(ShowTemplate).max(TEMPLATES_MAX), undo: TemplatesUndo.nullable() }) },
  /** What is in force now, under a name; a template of the same name is replaced. */
  'templates.save': { args: z.strictObject({ name: TemplateName }), result: z.object({ templateId: TemplateId.nullable(), reason: z.enum(['too-many']).nullable() }) },
  'templates.rename': { args: z.strictObject({ templateId: TemplateId, name: TemplateName }), result: z.object({ renamed: z.boolean() }) },
  'templates.remove': { args: z.strictObject({ templateId: TemplateId }), result: z.object({ removed: z.boolean() }) },
  /** Takes back the last saving, renaming, removing or import, also after a start; once. */
  'templates.undo': { args: z.strictObject({}), result: z.object({ undone: z.boolean() }) },
  /** What a template would change; `gone`: sources that it knows and that there are no more. */
  'templates.preview': {
    args: z.strictObject({ templateId: TemplateId }),
    result: z.object({
      preview: SettingsPreview,
      catalogue: z.object({ added: z.int(), changed: z.int(), gone: z.int() }),
      gone: z.array(z.string()),
    }),
  },
  /** On the state `basis` alone. The agent starts again with it within seconds. */
  'templates.apply': {
    args: z.strictObject({ templateId: TemplateId, basis: z.string().max(100), when: z.enum(['now', 'between-shows']).default('now') }),
    result: SettingsDone,
  },
} as const; // prettier-ignore
