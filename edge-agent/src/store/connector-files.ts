import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { DurableJsonFile } from './json-file.ts';

const SecretsFile = z.strictObject({
  version: z.literal(1),
  salt: z.string().min(32).describe('Salt of hashed references to people; a new one makes them strangers'),
  connectors: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
const MemoryFile = z.strictObject({ version: z.literal(1), values: z.record(z.string(), z.string()) });

/** Changes wait this long, so that a cursor that moves with every message costs one write a second. */
const WRITE_BEHIND_MS = 1000;

export const CONNECTOR_SECRETS = 'connector-secrets.json';

/** `connector-secrets.json` (mode 0600) of the data folder: salt, and secret settings by connector name. */
export interface ConnectorSecrets {
  readonly salt: string;
  of(name: string): Readonly<Record<string, unknown>>;
}

/** Throws `ConfigurationError` when the file is there and cannot be used; never quotes a value. */
export async function openConnectorSecrets(folder: string): Promise<ConnectorSecrets> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, CONNECTOR_SECRETS);
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
  const { salt, connectors } = parsed.data;
  return { salt, of: (name) => (Object.hasOwn(connectors, name) ? connectors[name]! : {}) };
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    // Not the parser's text: it quotes the file, which holds secrets.
    throw new ConfigurationError(`Reading ${file}: it is not valid JSON. Correct it, or put back a copy.`, { cause: error }); // prettier-ignore
  }
}

/** What one connector remembers between runs: cursors and the like, one small file. */
export interface ConnectorMemoryFile {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
  flush(): Promise<void>;
}

/** A file that cannot be read is kept aside, and said so: a lost cursor must not keep a show from starting. */
export function openConnectorMemory(ports: { folder: string; logger: Logger }, name: string): ConnectorMemoryFile {
  const folder = path.join(ports.folder, 'connectors');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${name}.json`);
  const durable = new DurableJsonFile(file, 0o600);
  const values = new Map(Object.entries(readMemory(file, ports.logger)));
  let timer: NodeJS.Timeout | null = null;
  const write = async () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    await durable.write({ version: 1, values: Object.fromEntries(values) });
  };
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (values.get(key) === value) return;
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      timer ??= setTimeout(() => {
        write().catch((error: Error) => ports.logger.error(`writing ${file}: ${error.message}; the connector may repeat messages after a restart`)); // prettier-ignore
      }, WRITE_BEHIND_MS).unref();
    },
    flush: write,
  };
}

function readMemory(file: string, logger: Logger): Record<string, string> {
  if (!existsSync(file)) return {};
  try {
    return MemoryFile.parse(JSON.parse(readFileSync(file, 'utf8'))).values;
  } catch {
    const aside = `${file}.unreadable`;
    renameSync(file, aside);
    logger.warn(`${file} could not be read and is kept as ${aside}; the connector begins without a cursor`);
    return {};
  }
}
