import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { DurableJsonFile } from './json-file.ts';

const SecretsFile = z.strictObject({
  version: z.literal(1),
  salt: z.string().min(32).describe('Salt of hashed references to people; a new one makes them strangers'),
  connectors: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** When each was set, Unix ms; those without were put here by hand. */
  since: z.record(z.string(), z.record(z.string(), z.int())).optional(),
});
type SecretsFile = z.infer<typeof SecretsFile>;
/** In place of a secret that the keystore of the system has sealed. */
const Sealed = z.strictObject({ sealed: z.string(), by: z.string() });

export const CONNECTOR_SECRETS = 'connector-secrets.json';

/** What seals secrets: the keystore of the system, where there is one. */
export interface Seal {
  readonly name: string;
  seal(text: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

/** `connector-secrets.json` (mode 0600) of the data folder: salt, and secret settings by connector name. */
export interface ConnectorSecrets {
  readonly salt: string;
  of(name: string): Readonly<Record<string, unknown>>;
  /** Which there are, never what they are. */
  list(): { readonly name: string; readonly field: string; readonly sinceMs: number }[];
  /** Sets, replaces or (null) removes one in the file as it is now; on disk, and sealed where there is a keystore, when it resolves. */
  set(name: string, field: string, secret: unknown, nowMs: number): Promise<void>;
}

/** Throws `ConfigurationError` when the file is there and cannot be used; never quotes a value. */
export async function openConnectorSecrets(folder: string, seal: Seal | null = null): Promise<ConnectorSecrets> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, CONNECTOR_SECRETS);
  const stored = await readSecrets(file);
  return new StoredSecrets(file, stored, await opened(file, stored, seal), seal);
}

async function readSecrets(file: string): Promise<SecretsFile> {
  if (!existsSync(file)) {
    const fresh = { version: 1, salt: randomBytes(32).toString('base64url'), connectors: {} };
    await new DurableJsonFile(file, 0o600).write(fresh);
  }
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  const parsed = SecretsFile.safeParse(parseFile(file));
  if (!parsed.success) {
    const keys = parsed.error.issues.map(({ path: at, code }) => `${at.join('.') || 'file'} (${code})`).join(', ');
    throw new ConfigurationError(`Reading ${file}: ${keys} cannot be used. Expected {"version": 1, "salt": "…", "connectors": {"<name>": {"<key>": "…"}}}.`); // prettier-ignore
  }
  return parsed.data;
}

/** The secrets as they are used; those that were sealed are opened by the keystore that sealed them. */
async function opened(
  file: string,
  { connectors }: SecretsFile,
  seal: Seal | null,
): Promise<Map<string, Map<string, unknown>>> {
  // prettier-ignore
  const found = new Map<string, Map<string, unknown>>();
  for (const [name, fields] of Object.entries(connectors)) {
    const own = new Map<string, unknown>();
    for (const [field, value] of Object.entries(fields)) {
      const { data: sealed } = Sealed.safeParse(value);
      own.set(field, sealed === undefined ? value : await openOne(file, `${name}.${field}`, sealed, seal));
    }
    found.set(name, own);
  }
  return found;
}

async function openOne(file: string, what: string, { sealed, by }: z.infer<typeof Sealed>, seal: Seal | null) {
  const remedy = `Start LiveCue from its desktop application on the machine and as the user that set it, or take ${what} out of the file and set it again.`; // prettier-ignore
  if (seal === null) throw new ConfigurationError(`Reading ${file}: ${what} was sealed by the keystore of the system (${by}), which this process does not reach. ${remedy}`); // prettier-ignore
  try {
    return JSON.parse(await seal.open(sealed)) as unknown;
  } catch (error) {
    throw new ConfigurationError(`Reading ${file}: the keystore (${seal.name}) does not open ${what}. ${remedy}`, { cause: error }); // prettier-ignore
  }
}

class StoredSecrets implements ConnectorSecrets {
  readonly #path: string;
  readonly #seal: Seal | null;
  #plain: Map<string, Map<string, unknown>>;
  #file: SecretsFile;
  #changes: Promise<unknown> = Promise.resolve();

  constructor(path: string, file: SecretsFile, plain: Map<string, Map<string, unknown>>, seal: Seal | null) {
    this.#path = path;
    this.#file = file;
    this.#plain = plain;
    this.#seal = seal;
  }

  get salt() {
    return this.#file.salt;
  }

  of(name: string): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#plain.get(name) ?? []);
  }

  list() {
    const byHandMs = Math.round(statSync(this.#path).mtimeMs);
    return [...this.#plain].flatMap(([name, fields]) =>
      [...fields.keys()].map((field) => ({ name, field, sinceMs: this.#file.since?.[name]?.[field] ?? byHandMs })),
    );
  }

  set(name: string, field: string, secret: unknown, nowMs: number): Promise<void> {
    const work = this.#changes.then(() => this.#setOne(name, field, secret, nowMs));
    this.#changes = work.catch(() => undefined); // Told to whoever asked for the change.
    return work;
  }

  async #setOne(name: string, field: string, secret: unknown, nowMs: number): Promise<void> {
    const stored = secret === null || this.#seal === null ? secret : { sealed: await this.#seal.seal(JSON.stringify(secret)), by: this.#seal.name }; // prettier-ignore
    // Somebody's hand may have been in the file since.
    const present = await readSecrets(this.#path);
    const changed: SecretsFile = {
      ...present,
      connectors: withOne(present.connectors, name, field, stored),
      since: withOne(present.since ?? {}, name, field, secret === null ? null : nowMs),
    };
    this.#plain = await opened(this.#path, present, this.#seal);
    await new DurableJsonFile(this.#path, 0o600).write(changed);
    this.#file = changed;
    const own = this.#plain.get(name) ?? new Map<string, unknown>();
    if (secret === null) own.delete(field);
    else own.set(field, secret);
    this.#plain.set(name, own);
  }
}

/** A table of tables with one value set, or (null) taken out. */
function withOne<T>(all: Readonly<Record<string, Record<string, T>>>, name: string, field: string, value: T | null) {
  const fields = new Map(Object.entries(all[name] ?? {}));
  if (value === null) fields.delete(field);
  else fields.set(field, value);
  const names = new Map(Object.entries(all));
  if (fields.size === 0) names.delete(name);
  else names.set(name, Object.fromEntries(fields));
  return Object.fromEntries(names);
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    // Not the parser's text: it quotes the file, which holds secrets.
    throw new ConfigurationError(`Reading ${file}: it is not valid JSON. Correct it, or put back a copy.`, { cause: error }); // prettier-ignore
  }
}

export { type ConnectorMemoryFile, openConnectorMemory } from './connector-memory.ts';
