import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { curveKeyPair } from 'zeromq';
import * as z from 'zod';
import { PanelRole } from '@livecue/shared/contract';
import type { StoredDevice, TokenStore } from '../ports.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { DurableJsonFile } from './json-file.ts';

const CurveKey = z.string().length(40);
const CurvePairs = z.strictObject({
  serverPublicKey: CurveKey,
  serverSecretKey: CurveKey,
  clientPublicKey: CurveKey,
  clientSecretKey: CurveKey,
});
const TokenHash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal');
const SecretsFile = z.strictObject({
  version: z.literal(1),
  ingestToken: z.string().min(16),
  ingestCurve: CurvePairs,
  panelCurve: CurvePairs,
  panelTokens: z.array(TokenHash),
  /** Of files of older versions: those of `panelTokens` that are hosts' screens; all others are operators'. */
  panelHosts: z.array(TokenHash).optional(),
  /** What else is known of `panelTokens`. Absent in files of older versions. */
  panelDevices: z
    .record(
      TokenHash,
      z.strictObject({ role: PanelRole, name: z.string(), sinceMs: z.int().nullable(), seenMs: z.int().nullable() }),
    )
    .optional(),
  /** Signs what leaves for the cloud (Ed25519, PKCS #8, DER, base64). Absent in files of older versions: made then. */
  signingKey: z.string().min(1).optional(),
  /** User of the MQTT broker of `uplink.brokerUrl`, put here by the operator. Absent: it asks for none. */
  broker: z.strictObject({ username: z.string().min(1), password: z.string() }).optional(),
});
type SecretsFile = z.infer<typeof SecretsFile>;

/** Paired devices remembered; a studio has a handful, and the file is written whole. */
const PANELS_KEPT = 200;

export type CurveKeys = Omit<z.infer<typeof CurvePairs>, 'clientSecretKey'>;

export interface Secrets {
  /** Bearer token of the HTTP and WebSocket ingress. */
  readonly ingestToken: string;
  readonly ingestCurve: CurveKeys;
  readonly ingestClientSecretKey: string;
  readonly panelCurve: CurveKeys;
  readonly panelClientSecretKey: string;
  readonly signingKey: string;
  readonly broker: { readonly username: string; readonly password: string } | null;
  /** SHA-256 (hexadecimal) of the tokens of paired panels; the tokens themselves are never written. */
  readonly panelTokens: TokenStore;
}

/** Reads `secrets.json` (mode 0600) of the data folder, or makes it on the first start. */
export async function openSecrets(ports: { folder: string; logger: Logger }): Promise<Secrets> {
  mkdirSync(ports.folder, { recursive: true, mode: 0o700 });
  const path = join(ports.folder, 'secrets.json');
  repairMode(path, ports.logger);
  const file = new DurableJsonFile(path, 0o600);
  const read = async () => {
    const value = await file.read();
    return value === null ? null : parsed(path, value);
  };
  const stored = (await read()) ?? newSecrets();
  const { signingKey = newSigningKey() } = stored;
  const data = { ...stored, signingKey };
  if (!existsSync(path) || stored.signingKey === undefined) await file.write(data);
  // What somebody has put into the file since, as the user of a broker, stays there for the next start.
  return secretsOf(data, async (panels) => {
    const { panelHosts: _before, ...others } = (await read()) ?? data;
    await file.write({ ...others, signingKey, ...panels });
  });
}

function parsed(path: string, value: unknown): SecretsFile {
  const { data, error } = SecretsFile.safeParse(value);
  if (data !== undefined) return data;
  // Only keys are named: values are secrets.
  const keys = error.issues.map(({ path: at, code }) => `${at.join('.') || 'file'} (${code})`).join(', ');
  throw new ConfigurationError(`Reading ${path}: ${keys} cannot be used. Put back a copy, or remove the file: new secrets are made and every panel pairs again.`); // prettier-ignore
}

type Panels = Pick<SecretsFile, 'panelTokens' | 'panelDevices'>;

function secretsOf(data: SecretsFile & { signingKey: string }, save: (panels: Panels) => Promise<void>): Secrets {
  const { clientSecretKey: ingestClientSecretKey, ...ingestCurve } = data.ingestCurve;
  const { clientSecretKey: panelClientSecretKey, ...panelCurve } = data.panelCurve;
  return {
    ingestToken: data.ingestToken,
    ingestCurve,
    ingestClientSecretKey,
    panelCurve,
    panelClientSecretKey,
    signingKey: data.signingKey,
    broker: data.broker ?? null,
    panelTokens: tokensOf(data, save),
  };
}

function tokensOf(
  { panelTokens, panelHosts, panelDevices }: SecretsFile,
  save: (panels: Panels) => Promise<void>,
): TokenStore {
  const older = (hash: string): StoredDevice => ({ role: panelHosts?.includes(hash) === true ? 'host' : 'operator', name: '', sinceMs: null, seenMs: null }); // prettier-ignore
  const known = new Map(panelTokens.map((hash) => [hash, panelDevices?.[hash] ?? older(hash)]));
  const write = () => save({ panelTokens: [...known.keys()], panelDevices: Object.fromEntries(known) });
  return {
    get: (hash) => known.get(hash) ?? null,
    all: () => [...known],
    async put(hash, device) {
      TokenHash.parse(hash);
      known.set(hash, device);
      for (const oldest of known.keys()) {
        if (known.size <= PANELS_KEPT) break;
        known.delete(oldest);
      }
      await write();
    },
    async remove(hash) {
      if (!known.delete(hash)) return false;
      await write();
      return true;
    },
  };
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}

function newSecrets(): SecretsFile {
  const pairs = () => {
    const [server, client] = [curveKeyPair(), curveKeyPair()];
    return {
      serverPublicKey: server.publicKey,
      serverSecretKey: server.secretKey,
      clientPublicKey: client.publicKey,
      clientSecretKey: client.secretKey,
    };
  };
  const ingestToken = randomBytes(32).toString('base64url');
  return {
    version: 1,
    ingestToken,
    ingestCurve: pairs(),
    panelCurve: pairs(),
    panelTokens: [],
    signingKey: newSigningKey(),
  };
}

function repairMode(path: string, logger: Logger): void {
  if (process.platform === 'win32' || !existsSync(path)) return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  chmodSync(path, 0o600);
  logger.warn(
    `${path} could be read by others (mode ${mode.toString(8)}); it is 600 now. If others use this machine, remove the file to get new secrets`,
  );
}
