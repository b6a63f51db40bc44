import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { DurableJsonFile } from './json-file.ts';

const SecretsFile = z.strictObject({
  version: z.literal(1),
  salt: z.string().min(32).describe('Salt of hashed references to people; a new one makes them strangers'),
  connectors: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

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

export { type ConnectorMemoryFile, openConnectorMemory } from './connector-memory.ts';
