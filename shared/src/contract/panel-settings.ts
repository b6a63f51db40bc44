import * as z from 'zod';

/** Longest settings document that a panel may send, characters of JSON. */
export const SETTINGS_TEXT_MAX = 100_000;
/** Largest file of a whole setup, bytes. */
export const SETUP_BYTES_MAX = 16 * 1024 * 1024;

/** Settings as `config.json` holds them: what is left out has its default. */
const SettingsDocument = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= SETTINGS_TEXT_MAX, `at most ${SETTINGS_TEXT_MAX} characters`);
export type SettingsDocument = z.infer<typeof SettingsDocument>;

const VersionNumber = z.int().min(1);
const When = z.enum(['now', 'between-shows']);
const Note = z.string().max(200).default('');

/** Dotted path of a value; of a connector by its name: `connectors.shop.settings.currency`. */
const SettingsPath = z.string().max(400);

/** Something that is wrong with settings, at its place; list items by number: `connectors.0.settings.channel`. */
export const SettingsProblem = z.object({
  path: SettingsPath,
  /** What is wrong and what would be right; never quotes a secret. */
  message: z.string(),
  /** It is right once the secret of this name is set. */
  secret: z.object({ name: z.string(), field: z.string() }).nullable(),
});
export type SettingsProblem = z.infer<typeof SettingsProblem>;

/** One value that changes, as JSON text; null: not there. */
export const SettingsChange = z.object({
  path: SettingsPath,
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

/** What should be known before a change is made, beyond what changes. */
export const SettingsWarning = z.enum([
  /** The panel's address changes: paired pages open the new one. */
  'panel-moves',
  /** Reached from other machines from then on. */
  'off-loopback',
  /** The cloud side sees another agent. */
  'agent-id',
  /** Smaller groups are told apart in what leaves. */
  'less-privacy',
  /** Records of old shows are removed, and do not come back with the version before. */
  'records-removed',
  /** What the cloud side has laid over the settings does not fit them, and falls away. */
  'cloud-falls-away',
  /** Events are sent to other addresses or ports from then on. */
  'ingress-moves',
]);
export type SettingsWarning = z.infer<typeof SettingsWarning>;

export const SettingsVersion = z.object({
  number: VersionNumber,
  atMs: z.int(),
  /** Role and name of the device; empty: somebody by hand, or it was there before. */
  by: z.string(),
  note: z.string(),
  inForce: z.boolean(),
  /** Why it was taken back; null: it was not. */
  takenBack: z.string().nullable(),
});
export type SettingsVersion = z.infer<typeof SettingsVersion>;

/** Why a change was not made. */
export const SettingsRefusal = z.enum([
  'changed-meanwhile',
  'problems',
  'nothing-changes',
  'not-kept',
  /** The cloud side's configuration is on trial: two at a time could not be told apart. */
  'cloud-on-trial',
  'agent-ends',
]);

export const SettingsDone = z.object({
  /** The number of the new version; null: none yet, since it waits or was refused. */
  version: VersionNumber.nullable(),
  /** It comes into force when the show has ended. */
  waits: z.boolean(),
  reason: SettingsRefusal.nullable(),
  problems: z.array(SettingsProblem).max(100),
});
export type SettingsDone = z.infer<typeof SettingsDone>;

export const SettingsPreview = z.object({
  /** Of what is in force; a change is made on the state that it was previewed on. */
  basis: z.string(),
  problems: z.array(SettingsProblem).max(100),
  /** Empty while there are problems. */
  changes: z.array(SettingsChange).max(1000),
  warnings: z.array(SettingsWarning),
  /** A show runs: the agent would start again in it. */
  showRuns: z.boolean(),
});
export type SettingsPreview = z.infer<typeof SettingsPreview>;

/** A secret by whom it is for and what it is: a source's name, `hooks-relay`, `broker` or `database`. */
const SecretName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const SecretField = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/i);
export const SecretState = z.object({
  name: z.string(),
  field: z.string(),
  /** Null: not set. */
  sinceMs: z.int().nullable(),
  /** What needs it is switched on, and does not work without it. */
  needed: z.boolean(),
  /** Whether anything of the settings asks for it. */
  used: z.boolean(),
});
export type SecretState = z.infer<typeof SecretState>;

export const ConnectorForm = z.object({
  name: z.string(),
  /** A: official. B: a service or program that the user runs. */
  tier: z.enum(['A', 'B', 'C']),
  transport: z.enum(['pull', 'push', 'stream']),
  warning: z.string().nullable(),
  /** JSON Schema of its settings, without secrets. */
  schema: z.record(z.string(), z.unknown()),
  /** Its secrets; `map`: one for each name of a table. */
  secrets: z.array(z.object({ field: z.string(), required: z.boolean(), map: z.boolean(), description: z.string() })),
  /** Hosts that it asks for by logical name, and where they are unless settings say otherwise. */
  endpoints: z.record(z.string(), z.string()),
});
export type ConnectorForm = z.infer<typeof ConnectorForm>;

const SetupFrom = z.union([
  z.strictObject({ uploadId: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits') }),
  z.strictObject({ backup: z.string().regex(/^\d{8}T\d{6}Z-\d{1,4}$/, 'expected the name of a backup') }),
]);

/** A file of a whole setup: an export, or a backup. */
export const SetupSummary = z.object({
  madeMs: z.int(),
  agentId: z.string(),
  program: z.string(),
  /** Products of its catalogue; null: it holds none. */
  products: z.int().nullable(),
  /** Templates it holds, which replace those that are there; null: it holds none and leaves them. */
  templates: z.int().nullable(),
});

export const BackupRow = z.object({
  name: z.string(),
  atMs: z.int(),
  bytes: z.int(),
  /** Why it was made. */
  cause: z.enum(['start', 'change', 'import']),
});
export type BackupRow = z.infer<typeof BackupRow>;

/** Verbs of the Settings page. Those that change something are an admin's alone. */
export const SETTINGS_VERBS = {
  'settings.read': {
    args: z.strictObject({}),
    result: z.object({
      /** As the file holds them: what is left out has its default. Passwords in addresses are masked. */
      settings: z.record(z.string(), z.unknown()),
      basis: z.string(),
      /** Newest first. Empty: nothing was changed yet. */
      versions: z.array(SettingsVersion),
      /** What the cloud side has laid over the studio's own, by path, as JSON text. */
      over: z.array(z.object({ path: SettingsPath, value: z.string() })),
      /** The newest version must prove itself until then (null: the agent starts with it). */
      trial: z.object({ number: VersionNumber, untilMs: z.int().nullable() }).nullable(),
      /** A change that waits for the end of the show. */
      waiting: z.object({ by: z.string(), note: z.string(), atMs: z.int(), changes: z.array(SettingsChange) }).nullable(),
      /** What became of the last change. */
      last: z.object({ state: z.enum(['applied', 'taken-back', 'dropped']), number: VersionNumber.nullable(), reason: z.string().nullable(), atMs: z.int() }).nullable(),
      showRuns: z.boolean(),
      nowMs: z.int(),
    }),
  },
  /** What forms are drawn from; the same as long as the agent's version is. */
  'settings.form': {
    args: z.strictObject({}),
    result: z.object({
      /** JSON Schema of the settings, with defaults and descriptions. */
      schema: z.record(z.string(), z.unknown()),
      connectors: z.array(ConnectorForm),
    }),
  },
  /** What is wrong with settings, and what they would change; changes nothing. */
  'settings.preview': { args: z.strictObject({ settings: SettingsDocument }), result: SettingsPreview },
  /** The agent starts again with them within seconds, and takes them back when it is not well for a minute. */
  'settings.apply': {
    args: z.strictObject({ settings: SettingsDocument, basis: z.string().max(100), when: When.default('now'), note: Note }),
    result: SettingsDone,
  },
  /** What going back to a version would change. */
  'settings.version': {
    args: z.strictObject({ number: VersionNumber }),
    result: z.object({ settings: z.record(z.string(), z.unknown()).nullable(), preview: SettingsPreview }),
  },
  /** An earlier version as the newest one. */
  'settings.restore': { args: z.strictObject({ number: VersionNumber, when: When.default('now') }), result: SettingsDone },
  /** The change that waits: now, or not at all. */
  'settings.waiting': { args: z.strictObject({ act: z.enum(['now', 'drop']) }), result: SettingsDone },
  /** Which secrets there are; never what they are. */
  'settings.secrets': {
    args: z.strictObject({}),
    result: z.object({
      secrets: z.array(SecretState),
      /** Who keeps them: the keystore of the system by its name; null: a file that only this user can read. */
      keystore: z.string().nullable(),
      /** Some were changed since the agent started: it uses them from its next start. */
      pending: z.boolean(),
    }),
  },
  /** Sets or replaces a secret; null removes it. On disk at once, in use from the agent's next start. */
  'settings.secret': {
    args: z.strictObject({
      name: SecretName,
      field: SecretField,
      secret: z.union([z.string().min(1).max(4096), z.record(z.string().max(64), z.string().min(1).max(4096))]).nullable(),
    }),
    result: z.object({ sinceMs: z.int().nullable() }),
  },
  /** The agent starts again within seconds. False: it ends already. */
  'settings.restart': { args: z.strictObject({}), result: z.object({ begun: z.boolean() }) },
  /** Settings, catalogue and templates as one file; never secrets. */
  'setup.export': { args: z.strictObject({}), result: z.object({ name: z.string(), text: z.string() }) },
  /** What a file of a setup (sent with `catalogue.upload`) or a backup would change. `unreadable`: why it cannot be used. */
  'setup.preview': {
    args: z.strictObject({ from: SetupFrom }),
    result: z.object({
      unreadable: z.string().nullable(),
      summary: SetupSummary.nullable(),
      preview: SettingsPreview.nullable(),
      /** Products that would be new, changed, or gone. */
      catalogue: z.object({ added: z.int(), changed: z.int(), gone: z.int() }).nullable(),
      /** Secrets that the new settings ask for and that are not set here. */
      missing: z.array(z.object({ name: z.string(), field: z.string() })),
    }),
  },
  'setup.import': {
    args: z.strictObject({ from: SetupFrom, basis: z.string().max(100), catalogue: z.boolean().default(true), when: When.default('now'), note: Note }),
    result: SettingsDone,
  },
  /** Newest first. */
  'backup.list': { args: z.strictObject({}), result: z.object({ backups: z.array(BackupRow) }) },
} as const; // prettier-ignore
