import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { AgentConfig, Catalogue, SETUP_BYTES_MAX, TEMPLATES_MAX, type SettingsDocument, type ShowTemplate, type TemplatesUndo } from '@livecue/shared/contract'; // prettier-ignore
import { ConfigurationError } from '../runtime/agent-error.ts';
import { hashOf, versionedJson } from '../store/versioned-json.ts';

export const TEMPLATES_FILE = 'templates.json';

/** A section of the settings as they held it: what is left out has its default. */
const Section = z.record(z.string(), z.unknown());
const Template = z.strictObject({
  templateId: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  savedMs: z.int(),
  by: z.string(),
  /** Whether each source is on, by its name. */
  sources: z.record(z.string(), z.boolean()),
  /** Cue rules and limits. */
  advise: Section,
  /** Absent: saved by a version that kept none, and leaves those that are in force. */
  hotkeys: Section.optional(),
  /** Absent: as with `hotkeys`. */
  hostScreen: Section.optional(),
  catalogue: Catalogue,
});
export type Template = z.infer<typeof Template>;
/** Sections of the settings that a template keeps whole. */
const SECTIONS = ['advise', 'hotkeys', 'hostScreen'] as const;
type Kept = Pick<Template, 'sources' | (typeof SECTIONS)[number]>;
const TemplatesFile = z.strictObject({ version: z.literal(1), templates: z.array(Template).max(TEMPLATES_MAX) });

/** The templates of a data folder: one file, every state of it kept beside it (`store/versioned-json.ts`). */
export interface TemplateBook {
  read(): Promise<readonly Template[]>;
  /** In place of one of the same name. Null: there are as many as may be, by number or by size. */
  save(template: Omit<Template, 'templateId'>): Promise<string | null>;
  rename(templateId: string, name: string, by: string): Promise<boolean>;
  remove(templateId: string, by: string): Promise<boolean>;
  /** All of them, out of a file; throws `ConfigurationError` when it is none of templates, and changes nothing then. */
  replace(file: unknown, by: string): Promise<void>;
  /** The change that can be taken back, also one of an earlier run; null: there is none. */
  undoable(): TemplatesUndo | null;
  undo(by: string): Promise<boolean>;
}

/** Notes of versions of the file. */
const IMPORTED = '⇩';
const UNDONE = '↺';
/** Each holds a whole catalogue: beside the products of today they must fit into one file of a setup. */
const TEMPLATES_BYTES_MAX = SETUP_BYTES_MAX / 2;
const EMPTY = { version: 1, templates: [] };
const idOf = (name: string, savedMs: number) => createHash('sha256').update(`${savedMs} ${name}`).digest('hex').slice(0, 12); // prettier-ignore

export function openTemplateBook(folder: string, nowMs: () => number): TemplateBook {
  const file = path.join(folder, TEMPLATES_FILE);
  const versioned = versionedJson(file, 0o600, nowMs);
  let changes: Promise<unknown> = Promise.resolve();
  /** One at a time: each is made on the state that it read. */
  const oneByOne = <T>(change: () => Promise<T>): Promise<T> => {
    const work = changes.then(change);
    changes = work.catch(() => undefined);
    return work;
  };
  const read = async (): Promise<readonly Template[]> => {
    const found = readTemplates((await versioned.read()) ?? EMPTY);
    if ('templates' in found) return found.templates;
    throw new ConfigurationError(`Reading ${file}: ${found.problem}. Put back one of its versions (templates.1.json …), or remove it.`); // prettier-ignore
  };
  const write = async (templates: readonly Template[], by: string, note = ''): Promise<void> => {
    await versioned.write({ version: 1, templates }, { atMs: nowMs(), by, note }, EMPTY);
  };
  const undoable = (): (TemplatesUndo & { readonly backTo: number }) | null => {
    const [newest, before] = versioned.versions();
    if (newest === undefined || before === undefined || newest.note === UNDONE) return null;
    return { atMs: newest.atMs, by: newest.by, imported: newest.note === IMPORTED, backTo: before.number };
  };
  /** Null: nothing changes. */
  const change = (make: (before: readonly Template[]) => readonly Template[] | null, by: string): Promise<boolean> =>
    oneByOne(async () => {
      const before = await read();
      const after = make(before);
      if (after === null) return false;
      await write(after, by);
      return true;
    });

  return {
    read,
    async save(template) {
      const templateId = idOf(template.name, template.savedMs);
      const saved = await change((before) => {
        const others = before.filter(({ name }) => name !== template.name);
        const after = [{ templateId, ...template }, ...others];
        const isTooLarge = Buffer.byteLength(JSON.stringify(after, null, 1)) > TEMPLATES_BYTES_MAX;
        return after.length > TEMPLATES_MAX || isTooLarge ? null : after;
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
    replace: (given, by) =>
      oneByOne(async () => {
        const found = readTemplates(given);
        if ('problem' in found) throw new ConfigurationError(`Taking templates: ${found.problem}. Save the setup as a file again where it came from.`); // prettier-ignore
        if (hashOf(found.templates) !== hashOf(await read())) await write(found.templates, by, IMPORTED);
      }),
    undoable() {
      const found = undoable();
      return found === null ? null : { atMs: found.atMs, by: found.by, imported: found.imported };
    },
    undo: (by) =>
      oneByOne(async () => {
        const found = undoable();
        if (found === null) return false;
        const back = readTemplates(await versioned.readVersion(found.backTo));
        if ('problem' in back) throw new ConfigurationError(`Going back to templates.${found.backTo}.json: ${back.problem}. Nothing was changed.`); // prettier-ignore
        await write(back.templates, by, UNDONE);
        return true;
      }),
  };
}

/** A file of templates, or the first thing that is wrong with it. */
export function readTemplates(value: unknown): { readonly templates: readonly Template[] } | { readonly problem: string } {
  const parsed = TemplatesFile.safeParse(value);
  if (parsed.success) return { templates: parsed.data.templates };
  const issue = parsed.error.issues[0];
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}` };
} // prettier-ignore

/** What a template keeps of settings. */
export function templateOf(settings: SettingsDocument): Kept {
  const connectors = AgentConfig.shape.connectors.parse(settings['connectors'] ?? []);
  const section = (name: string) => Section.safeParse(settings[name]).data ?? {};
  return {
    sources: Object.fromEntries(connectors.map(({ name, enabled }) => [name, enabled])),
    advise: section('advise'),
    hotkeys: section('hotkeys'),
    hostScreen: section('hostScreen'),
  };
}

/** Settings as a template wants them; sources that it does not know stay as they are, and those that are gone are told. */
export function withTemplate(settings: SettingsDocument, template: Kept) {
  const connectors = AgentConfig.shape.connectors.parse(settings['connectors'] ?? []);
  const document: SettingsDocument = { ...settings };
  for (const name of SECTIONS) {
    const section = template[name];
    if (section === undefined) continue;
    if (Object.keys(section).length === 0) delete document[name];
    else document[name] = section;
  }
  if (connectors.length > 0)
    document['connectors'] = connectors.map((entry) => ({ ...entry, enabled: template.sources[entry.name] ?? entry.enabled }));
  const names = new Set(connectors.map(({ name }) => name));
  return { document, gone: Object.keys(template.sources).filter((name) => !names.has(name)) };
} // prettier-ignore

export function listed({ templateId, name, savedMs, by, sources, hotkeys, catalogue }: Template): ShowTemplate {
  const on = Object.keys(sources).filter((source) => sources[source]);
  return {
    templateId,
    name,
    savedMs,
    by,
    sources: on,
    products: catalogue.products.length,
    studio: hotkeys !== undefined,
  };
}
