import { existsSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AgentConfig, Catalogue, PanelResult } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { KeptLogger } from '../runtime/logger.ts';
import { openAuditReader } from '../store/audit-reader.ts';
import { CONNECTOR_SECRETS, type ConnectorSecrets } from '../store/connector-files.ts';
import type { Answering } from './rehearsal-desk.ts';
import { connectorForms, settingsSchema } from './settings-form.ts';
import { supportBundle, type SupportParts } from './support-bundle.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');
const AUDIT_TOLD = 200;
const EVERYTHING = { kind: null, device: null, trouble: false };
/** Files of a data folder whose every text is a secret or a name. */
const SECRET_FILES = ['secrets.json', CONNECTOR_SECRETS, 'control-tokens.json', 'panel-link.json'];
/** Keys of theirs whose values are words of ours. */
const OPEN_KEYS: ReadonlySet<string> = new Set(['role', 'version', 'by']);

/** The agent that runs, for the support file. */
export interface SupportedRun {
  readonly config: AgentConfig;
  readonly catalogue: Catalogue;
  /** Opened: in the file they may be sealed. */
  readonly secrets: ConnectorSecrets;
  /** Null: it has not begun. */
  readonly figures: () => Record<string, unknown> | null;
}

/** What answers `support.make` behind another part that answers. */
export function besideSupport(
  desk: Answering,
  run: SupportedRun,
  ports: { readonly nowMs: () => number; readonly logger: KeptLogger },
  facts: { readonly folder: string; readonly program: string },
): Answering {
  return {
    answering(other) {
      const backend = desk.answering(other);
      return {
        ...backend,
        call: (verb, args, caller) => verb === 'support.make' ? made(backend, caller) : backend.call(verb, args, caller),
      };
    },
  };

  async function made(backend: PanelBackend, caller: Parameters<PanelBackend['call']>[2]) {
    const state = backend.state();
    const { checks } = (await backend.call('air.check', {}, caller)) as PanelResult<'air.check'>;
    const running = { state, checks, figures: run.figures() ?? {}, log: ports.logger.recent() };
    return supportFile({ ...facts, ...run, running, findings: [], madeMs: ports.nowMs() });
  }
} // prettier-ignore

/** The file with its name, of an agent that runs or of its files alone. */
export async function supportFile(
  of: Pick<SupportParts, 'config' | 'running' | 'findings' | 'madeMs' | 'program'> & {
    readonly folder: string;
    readonly catalogue: Catalogue;
    /** Null: as they stand in the file. */
    readonly secrets: ConnectorSecrets | null;
  },
): Promise<PanelResult<'support.make'>> {
  const { folder, catalogue, secrets, ...parts } = of;
  const reader = openAuditReader(folder);
  const { lines } = await reader.newest(null, AUDIT_TOLD, EVERYTHING);
  const { entries, problem } = await reader.check();
  const rows = lines.map(({ entry: { atMs, role, verb, allowed }, failed }) => ({ atMs, role, verb, outcome: !allowed ? 'refused' as const : failed === null ? 'done' as const : 'failed' as const, code: failed }));
  const words = new Map([
    ...productWords(catalogue),
    ...secretWords(folder, secrets),
    ...reader.devices().flatMap(({ device, name }) => [[device, 'DEVICE'], [name, 'DEVICE']] as const).filter(([word]) => word !== 'desktop'),
    ...placeWords(folder),
  ]);
  const text = supportBundle({ ...parts, schema: settingsSchema(), forms: connectorForms(), machine: machine(folder), audit: { rows, entries, whole: problem === null }, words });
  const stamp = new Date(of.madeMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return { name: `livecue-support-${stamp}.json`, text };
} // prettier-ignore

function machine(folder: string): SupportParts['machine'] {
  const { bavail, bsize } = statfsSync(existsSync(folder) ? folder : path.parse(path.resolve(folder)).root);
  const cpus = os.cpus();
  return {
    node: process.version,
    system: `${process.platform}-${process.arch} ${os.release()}`,
    processor: cpus[0]?.model ?? null,
    cores: cpus.length,
    load: os.loadavg()[0] ?? null,
    memoryBytes: os.totalmem(),
    memoryFreeBytes: os.freemem(),
    diskFreeBytes: bavail * bsize,
  };
}

function* productWords({ products }: Catalogue): Generator<readonly [string, string]> {
  for (const { productId, name, aliases } of products)
    for (const word of [productId, name.zh, name.en, ...aliases]) yield [word, 'PRODUCT'];
}

function* secretWords(folder: string, opened: ConnectorSecrets | null): Generator<readonly [string, string]> {
  for (const name of SECRET_FILES) {
    const file = path.join(folder, name);
    if (!existsSync(file)) continue;
    for (const word of textsOf(parsed(file))) yield [word, 'SECRET'];
  }
  for (const { name } of opened?.list() ?? []) for (const word of textsOf(opened!.of(name))) yield [word, 'SECRET'];
}

/** What cannot be read cannot be masked either, so no file is made. Not the parser's text: it quotes secrets. */
function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw new ConfigurationError(`Reading ${path.basename(file)} for a support file without secrets: it cannot be read, or is not valid JSON. Correct it, or put back a copy.`); // prettier-ignore
  }
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) if (!OPEN_KEYS.has(key)) yield* textsOf(one);
}

/** Whose machine it is, and where things lie on it. */
function placeWords(folder: string): (readonly [string, string])[] {
  return [
    [os.hostname(), 'MACHINE'], [os.userInfo().username, 'USER'], [os.homedir(), 'HOME'], [path.resolve(folder), 'DATA'],
    [ROOT, 'PROGRAM'], [pathToFileURL(ROOT).href, 'PROGRAM'],
  ]; // prettier-ignore
}
