import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { AgentConfig, Catalogue, TEMPLATES_MAX, type SettingsDocument, type ShowTemplate } from '@livecue/shared/contract'; // prettier-ignore
import { ConfigurationError } from '../runtime/agent-error.ts';
import { versionedJson } from '../store/versioned-json.ts';

export const TEMPLATES_FILE = 'templates.json';

const Template = z.strictObject({
  templateId: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  savedMs: z.int(),
  by: z.string(),
  /** Whether each source is on, by its name. */
  sources: z.record(z.string(), z.boolean()),
  /** Cue rules and limits, as the settings held them: what is left out has its default. */
  advise: z.record(z.string(), z.unknown()),
  catalogue: Catalogue,
});
export type Template = z.infer<typeof Template>;
const TemplatesFile = z.strictObject({ version: z.literal(1), templates: z.array(Template).max(TEMPLATES_MAX) });

/** The templates of a data folder: one file, every state of it kept beside it (`store/versioned-json.ts`). */
export interface TemplateBook {
  read(): Promise<readonly Template[]>;
  /** In place of one of the same name. Null: there are as many as may be. */
  save(template: Omit<Template, 'templateId'>): Promise<string | null>;
  rename(templateId: string, name: string, by: string): Promise<boolean>;
  remove(templateId: string, by: string): Promise<boolean>;
  /** Whether there is a change of this run that can be taken back. */
  readonly canUndo: boolean;
  undo(by: string): Promise<boolean>;
}

const EMPTY = { version: 1, templates: [] };
const idOf = (name: string, savedMs: number) => createHash('sha256').update(`${savedMs} ${name}`).digest('hex').slice(0, 12); // prettier-ignore

export function openTemplateBook(folder: string, nowMs: () => number): TemplateBook {
  const file = path.join(folder, TEMPLATES_FILE);
  const versioned = versionedJson(file, 0o600, nowMs);
  let undoTo: readonly Template[] | null = null;
  let changes: Promise<unknown> = Promise.resolve();
  /** One at a time: each is made on the state that it read. */
  const oneByOne = <T>(change: () => Promise<T>): Promise<T> => {
    const work = changes.then(change);
    changes = work.catch(() => undefined);
    return work;
  };
  const read = async (): Promise<readonly Template[]> => {
    const parsed = TemplatesFile.safeParse((await versioned.read()) ?? EMPTY);
    if (parsed.success) return parsed.data.templates;
    const issue = parsed.error.issues[0];
    throw new ConfigurationError(`Reading ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}. Put back one of its versions (templates.1.json …), or remove it.`); // prettier-ignore
  };
  const write = async (templates: readonly Template[], by: string): Promise<void> => {
    await versioned.write({ version: 1, templates }, { atMs: nowMs(), by, note: '' }, EMPTY);
  };
  /** Null: nothing changes. */
  const change = (make: (before: readonly Template[]) => readonly Template[] | null, by: string): Promise<boolean> =>
    oneByOne(async () => {
      const before = await read();
      const after = make(before);
      if (after === null) return false;
      await write(after, by);
      undoTo = before;
      return true;
    });

  return {
    read,
    async save(template) {
      const templateId = idOf(template.name, template.savedMs);
      const saved = await change((before) => {
        const others = before.filter(({ name }) => name !== template.name);
        return others.length >= TEMPLATES_MAX ? null : [{ templateId, ...template }, ...others];
      }, template.by);
      return saved ? templateId : null;
    },
    rename: (templateId, name, by) =>
      change((before) => {
        const isThere = before.some((one) => one.templateId === templateId);
        const isTaken = before.some((one) => one.templateId !== templateId && one.name === name);
        return !isThere || isTaken ? null : before.map((one) => (one.templateId === templateId ? { ...one, name } : one)); // prettier-ignore
      }, by),
    remove: (templateId, by) =>
      change((before) => {
        const after = before.filter((one) => one.templateId !== templateId);
        return after.length === before.length ? null : after;
      }, by),
    get canUndo() {
      return undoTo !== null;
    },
    undo: (by) =>
      oneByOne(async () => {
        if (undoTo === null) return false;
        await write(undoTo, by);
        undoTo = null;
        return true;
      }),
  };
}

/** What a template keeps of settings. */
export function templateOf(settings: SettingsDocument): Pick<Template, 'sources' | 'advise'> {
  const connectors = AgentConfig.shape.connectors.parse(settings['connectors'] ?? []);
  const advise = settings['advise'];
  return {
    sources: Object.fromEntries(connectors.map(({ name, enabled }) => [name, enabled])),
    advise: typeof advise === 'object' && advise !== null ? (advise as Record<string, unknown>) : {},
  };
}

/** Settings as a template wants them; sources that it does not know stay as they are, and those that are gone are told. */
export function withTemplate(settings: SettingsDocument, template: Pick<Template, 'sources' | 'advise'>) {
  const connectors = AgentConfig.shape.connectors.parse(settings['connectors'] ?? []);
  const { advise: _before, ...others } = settings;
  const document: SettingsDocument = {
    ...others,
    ...(Object.keys(template.advise).length === 0 ? {} : { advise: template.advise }),
    ...(connectors.length === 0
      ? {}
      : { connectors: connectors.map((entry) => ({ ...entry, enabled: template.sources[entry.name] ?? entry.enabled })) }),
  };
  const names = new Set(connectors.map(({ name }) => name));
  return { document, gone: Object.keys(template.sources).filter((name) => !names.has(name)) };
} // prettier-ignore

export function listed({ templateId, name, savedMs, by, sources, catalogue }: Template): ShowTemplate {
  const on = Object.keys(sources).filter((source) => sources[source]);
  return { templateId, name, savedMs, by, sources: on, products: catalogue.products.length };
}
