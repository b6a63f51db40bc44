import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Low } from 'lowdb';
import { parseAgentConfig, type AgentConfig } from '@livecue/shared/contract';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { replaceFile } from './durable-file.ts';
import { DurableJsonFile } from './json-file.ts';

const VERSIONS_KEPT = 20;

/**
 * Configuration from a file; all defaults when there is no file. Throws `ConfigurationError` that names
 * the file and the place (no JSON), or the file and every wrong key with what would be right.
 */
export async function loadConfig(path: string): Promise<AgentConfig> {
  const low = new Low<unknown>(new DurableJsonFile(path, 0o600), {});
  await low.read();
  return checked(path, low.data);
}

/** Checks and writes the configuration; what stood there before is kept as the next numbered version. */
export async function saveConfig(path: string, config: AgentConfig): Promise<void> {
  const valid = checked(path, config);
  mkdirSync(dirname(path), { recursive: true });
  keepVersion(path);
  await new Low<unknown>(new DurableJsonFile(path, 0o600), valid).write();
}

/** Files kept by `saveConfig`, oldest first: `config.1.json`, `config.2.json`, … */
export function configVersions(path: string): { number: number; path: string }[] {
  const extension = extname(path);
  const stem = `${basename(path, extension)}.`;
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(stem) && name.endsWith(extension))
    .map((name) => ({ digits: name.slice(stem.length, name.length - extension.length), path: join(folder, name) }))
    .filter(({ digits }) => /^\d+$/.test(digits))
    .map(({ digits, path: file }) => ({ number: Number(digits), path: file }))
    .sort((a, b) => a.number - b.number);
}

function keepVersion(path: string): void {
  if (!existsSync(path)) return;
  const versions = configVersions(path);
  const extension = extname(path);
  const next = (versions.at(-1)?.number ?? 0) + 1;
  const kept = join(dirname(path), `${basename(path, extension)}.${next}${extension}`);
  replaceFile(kept, readFileSync(path), 0o600);
  for (const old of versions.slice(0, Math.max(0, versions.length + 1 - VERSIONS_KEPT))) rmSync(old.path);
}

function checked(path: string, value: unknown): AgentConfig {
  const parsed = parseAgentConfig(value);
  if (parsed.ok) return parsed.config;
  throw new ConfigurationError(`Configuration ${path}: ${parsed.problems.join('; ')}. Correct or remove these keys.`);
}
