/**
 * `npm run contracts`: writes what the schemas say as JSON Schema (draft 2020-12, input side) beside them
 * in `contract/*.snapshot.json`, and `docs/asyncapi.json` (AsyncAPI 3.0). The files are never edited by
 * hand; a test compares them, so that a change of a contract shows up as a change of a file.
 */
import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { asyncApiDocument } from './contract/asyncapi.ts';
import * as contract from './contract/index.ts';
import * as event from './event/index.ts';
import * as insight from './insight/index.ts';
import * as prompt from './prompt/index.ts';
import * as proof from './proof/index.ts';

type Json = Record<string, unknown>;

const SNAPSHOT_FOLDER = new URL('./contract/', import.meta.url);
const ASYNCAPI_FILE = new URL('../../docs/asyncapi.json', import.meta.url);

/** Exported schemas that others are built of: named once under `$defs` instead of repeated. */
const NAMED = {
  Identifier: event.Identifier, DateTime: event.DateTime, Count: event.Count, Decimal: event.Decimal,
  Currency: event.Currency, Person: event.Person, ProductReference: event.ProductReference,
  OrderedItem: event.OrderedItem, OrderStatus: event.OrderStatus, MonetaryAmount: event.MonetaryAmount,
  DropReason: event.DropReason, Intent: insight.Intent, IntentCount: insight.IntentCount,
  WindowCounts: insight.WindowCounts, Words: prompt.Words, Evidence: prompt.Evidence,
  HostPrompt: prompt.HostPrompt, RuleName: prompt.RuleName, Priority: prompt.Priority, Stage: prompt.Stage,
  Product: contract.Product, SourceHealth: contract.SourceHealth, HealthItem: contract.HealthItem,
  SeriesPoint: contract.SeriesPoint, ProductState: contract.ProductState, UplinkStatus: contract.UplinkStatus,
  SentMessage: contract.SentMessage,
} satisfies Record<string, z.ZodType>; // prettier-ignore

const ROOTS = {
  'canonical-event': event.CanonicalEvent,
  'panel-state': contract.PanelState,
  'panel-call': contract.PanelCall,
  'uplink-body': contract.UplinkBody,
  'uplink-ack': contract.UplinkAck,
  'agent-presence': contract.AgentPresence,
  'agent-config': contract.AgentConfig,
  'config-document': contract.ConfigDocument,
  'config-report': contract.ConfigReport,
  'device-report': contract.DeviceReport,
  'fleet-list': contract.FleetList,
  'model-delivery': contract.ModelDelivery,
  'model-report': contract.ModelReport,
  'signed-document': proof.SignedDocument,
  catalogue: contract.Catalogue,
  'model-manifest': contract.ModelManifest,
  'training-example': contract.TrainingExample,
  'show-log-entry': contract.ShowLogEntry,
} satisfies Record<string, z.ZodType>;

/** Every generated document by file URL, as plain JSON values. */
export function generateContracts(): Map<string, Json> {
  nameSchemas();
  const files = new Map<string, Json>();
  for (const [name, schema] of Object.entries(ROOTS)) files.set(snapshotUrl(name), jsonSchema(schema));
  const verbs = Object.entries(contract.PANEL_VERBS).map(([verb, { args, result }]) => [
    verb,
    { args: jsonSchema(args), result: jsonSchema(result) },
  ]);
  files.set(snapshotUrl('panel-verbs'), Object.fromEntries(verbs) as Json);
  files.set(ASYNCAPI_FILE.href, asyncApiDocument());
  return files;
}

/** URLs of snapshot files that no schema stands behind any more. */
export async function staleSnapshots(generated: ReadonlyMap<string, Json>): Promise<string[]> {
  const names = await readdir(SNAPSHOT_FOLDER);
  return names
    .filter((name) => name.endsWith('.snapshot.json'))
    .map((name) => new URL(name, SNAPSHOT_FOLDER).href)
    .filter((url) => !generated.has(url));
}

function snapshotUrl(name: string): string {
  return new URL(`${name}.snapshot.json`, SNAPSHOT_FOLDER).href;
}

function nameSchemas(): void {
  const { type: _type, data: _data, ...envelope } = event.CommentCreated.shape;
  const fields = Object.entries(envelope).map(([field, schema]) => [`Envelope.${field}`, schema] as const);
  for (const [id, schema] of [...fields, ...Object.entries(NAMED)]) {
    const meta = z.globalRegistry.get(schema);
    if (meta?.id === undefined) z.globalRegistry.add(schema, { ...meta, id });
  }
}

function jsonSchema(schema: z.ZodType): Json {
  // Through JSON, because the converter hangs symbols and undefined values on its result.
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }))) as Json;
}

/** JSON with two spaces, except that what fits on one line of 120 stands on one line. */
function compact(value: unknown, indent = '', keyLength = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const line = oneLine(value);
  if (indent.length + keyLength + line.length < 120) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((part) => inner + compact(part, inner))
    : Object.entries(value).map(([key, part]) => {
        const name = `${JSON.stringify(key)}: `;
        return inner + name + compact(part, inner, name.length);
      });
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${oneLine(part)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

async function writeContracts(): Promise<void> {
  const generated = generateContracts();
  for (const url of await staleSnapshots(generated)) await unlink(new URL(url));
  let changed = 0;
  for (const [url, document] of generated) {
    const text = `${compact(document)}\n`;
    const before = await readFile(new URL(url), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (before === text) continue;
    await writeFile(new URL(url), text);
    changed++;
  }
  process.stderr.write(`${generated.size} contract files, ${changed} changed\n`);
}

if (import.meta.main) await writeContracts();
