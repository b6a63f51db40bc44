import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';
import { Hotkeys } from './hotkeys.ts';
import { HostLayout } from './panel-air.ts';
import { DEFAULT_PRESETS, MessagePreset } from './panel-cues.ts';

const Port = z.int().min(0).max(65_535);
const Loopback = z.string().default('127.0.0.1');

/**
 * TLS of a door whose host is set to more than this machine. This machine itself may always speak plain HTTP to it,
 * other machines only when the mode is `off`.
 */
const doorTls = (mode: 'self-signed' | 'off') => z.strictObject({
  mode: z.enum(['self-signed', 'own', 'off']).default(mode)
    .describe('self-signed: the agent makes a certificate and renews it; own: the two files; off: plain HTTP, whoever listens on the network reads codes, tokens and all that is shown'),
  certFile: z.string().nullable().default(null).describe('PEM file of your certificate with those between it and its authority; for own'),
  keyFile: z.string().nullable().default(null).describe('PEM file of its key, without a passphrase; for own'),
}).superRefine(({ mode, certFile, keyFile }, context) => {
  for (const [key, file] of [['certFile', certFile], ['keyFile', keyFile]] as const)
    if (mode === 'own' && file === null) context.addIssue({ code: 'custom', path: [key], message: 'expected the path of a PEM file, since mode is own' });
}).prefault({}); // prettier-ignore

/** One connector to a platform or shop. Its secrets stand in `connector-secrets.json` under its name. */
const ConnectorEntry = z.strictObject({
  connector: z.string().min(1).max(64).describe('Which one: shopify, twitch …'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes')
    .describe('Yours, unique in the list; part of the address that a platform posts to'),
  enabled: z.boolean().default(true),
  settings: z.record(z.string(), z.unknown()).default({}).describe("What the connector's own schema asks for, without its secrets"),
  endpoints: z.record(z.string(), z.url()).default({}).describe('Other hosts than the platform\'s own, by their logical name'),
}); // prettier-ignore

/**
 * Configuration of one agent. Unknown keys are errors, every key has a default, secrets stand apart in
 * `secrets.json`. Port 0 means "any free port"; the agent prints which it got.
 */
export const AgentConfig = z.strictObject({
  version: z.literal(1).default(1),
  agentId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes').default('studio-1')
    .describe('Names this agent in MQTT topics and cloud rows'),
  room: z.strictObject({
    id: z.string().min(1).max(128).default('main'),
    name: z.string().max(256).default(''),
  }).prefault({}),
  language: z.enum(['zh-CN', 'en']).default('zh-CN').describe('First language of a new panel'),
  ingest: z.strictObject({
    host: Loopback.describe('Address of the HTTP and WebSocket ingress; off loopback with tls, or a reverse proxy that has it'),
    httpPort: Port.default(7421),
    tls: doorTls('off').describe('Of the HTTP and WebSocket ingress for other machines; webhooks need a proxy that platforms trust'),
    zmq: z.strictObject({
      endpoint: z.string().default('tcp://127.0.0.1:7422').describe('PULL socket; off loopback it needs curve'),
      curve: z.boolean().default(false),
      highWaterMark: z.int().min(100).max(1_000_000).default(1_000).describe('Messages the socket may hold for a sender before that sender waits'),
    }).prefault({}),
    hooksPort: Port.default(7426).describe('Where platforms and shops post to, /hooks/<connector>/<name>; opened only when a connector needs it'),
    hooksRelay: z.url().nullable().default(null).describe('Relay that platforms post to when this machine has no public address; its token stands in connector-secrets.json under hooks-relay'),
    queueEvents: z.int().min(100).max(1_000_000).default(50_000).describe('Events between sources and pipeline'),
    maxFrameBytes: z.int().min(1024).max(64 * 1024 * 1024).default(4 * 1024 * 1024),
  }).prefault({}),
  stream: z.strictObject({
    maxOutOfOrderMs: z.int().min(0).max(600_000).default(2_000),
    allowedLatenessMs: z.int().min(0).max(3_600_000).default(60_000),
    maxClockSkewMs: z.int().min(1000).max(3_600_000).default(300_000)
      .describe('Events further than this ahead of our clock are refused'),
    idleSourceMs: z.int().min(500).max(600_000).default(5_000).describe('A source silent this long no longer holds the watermark back'),
    sessionGapMs: z.int().min(1000).max(600_000).default(30_000),
  }).prefault({}),
  advise: z.strictObject({
    enabled: z.boolean().default(true).describe('Kill switch: false shows the host no card at all'),
    secondsBetweenCards: z.int().min(0).max(600).default(10).describe('After a card the next one waits this long; safety cards do not wait'),
    quietOpeningSeconds: z.int().min(0).max(3600).default(0).describe('From the first event of a show; only safety cards come in this time'),
    cardsPer10Min: z.int().min(1).max(10).default(4),
    actNowPer10Min: z.int().min(1).max(10).default(2),
    questionsPerMinute: z.int().min(2).max(1000).default(8).describe('Distinct viewers asking one thing of one product in 60 s'),
    complaintsPerMinute: z.int().min(2).max(1000).default(4).describe('Distinct viewers complaining of one product, or of the room, in 60 s'),
    praisePerMinute: z.int().min(2).max(1000).default(12).describe('Distinct viewers praising one product, or the room, in 60 s'),
    buySignalsPerMinute: z.int().min(2).max(1000).default(8).describe('Distinct viewers who want to buy one product in 60 s'),
    stockOutMinutes: z.int().min(1).max(120).default(10),
    offerEndingSeconds: z.int().min(10).max(600).default(60).describe('A card tells that an offer ends when so much of it is left'),
    currency: Currency.default('CNY').describe('Of the amounts in this section'),
    offersPerDay: z.int().min(0).max(100).default(10).describe('No card proposes an offer when so many were started within 24 h'),
    offerDiscountPerDay: Decimal.default('5000.00').describe('No card proposes an offer when those of 24 h gave away so much against list prices'),
    offerUnits: z.int().min(1).max(100_000).default(50).describe('Units of an offer that a card proposes, or the stock where it is less'),
    patronSpend: Decimal.default('1000.00').describe('Who has paid so much is a big spender'),
    presets: z.array(MessagePreset).max(50).default([...DEFAULT_PRESETS]).describe("Messages to the host with one tap"),
    holdBackShare: z.number().min(0).max(0.5).default(0.1).describe('Share of cards that could come and are held back by chance, so that the report can say what cards change; safety cards and the operator\'s own are never held back'),
    holdBackSeed: z.int().min(0).max(4_294_967_295).default(1).describe('Chance that a replay repeats'),
    policy: z.enum(['rules', 'learned']).default('rules').describe('Who chooses among the cards that passed all guards; learned only takes over when what was recorded proves it better'),
  }).prefault({}),
  panel: z.strictObject({
    host: Loopback.describe('0.0.0.0 lets a tablet on the studio network pair by code'),
    httpPort: Port.default(7420),
    tls: doorTls('self-signed').describe('For other machines, once the host lets them in'),
    zmqPubPort: Port.default(7423),
    zmqCallPort: Port.default(7424),
  }).prefault({}),
  control: z.strictObject({
    oscHost: Loopback.describe('Address for OSC from control surfaces (docs/control.md); 0.0.0.0 lets other machines of the studio network press'),
    oscPort: Port.default(7427).describe('UDP; opened only when a control surface has a token. HTTP and WebSocket are on the panel\'s port'),
  }).prefault({}),
  hotkeys: Hotkeys.prefault({}).describe('Global keys of the desktop'),
  hostScreen: HostLayout.prefault({}),
  uplink: z.strictObject({
    enabled: z.boolean().default(true),
    brokerUrl: z.string().refine((url) => !/^[a-z]+:\/\/[^/]*@/.test(url), 'user and password stand in secrets.json under broker, not in the address').nullable().default(null).describe('mqtt:// or mqtts:// of a broker whose receiver runs elsewhere; null starts the embedded broker and receiver'),
    brokerTls: z.strictObject({
      caFile: z.string().nullable().default(null).describe('PEM file of the authority that signed the broker\'s certificate; null: those of the system'),
      certFile: z.string().nullable().default(null).describe('PEM file of our own certificate, for brokers that ask for one'),
      keyFile: z.string().nullable().default(null).describe('PEM file of its key'),
    }).prefault({}),
    databaseUrl: z.string().nullable().default(null).describe('postgres:// for the embedded receiver; null: PGlite in the data folder'),
    embeddedBrokerPort: Port.default(7425),
    kAnonymity: z.int().min(1).max(1000).default(5).describe('Products seen by fewer distinct viewers are merged into "other"'),
    maxInFlight: z.int().min(1).max(100).default(100),
    resendAfterMs: z.int().min(500).max(600_000).default(10_000),
    fleetKey: z.string().max(400).refine((text) => /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(text), 'expected the verifier key that livecue fleet keygen prints').nullable().default(null).describe('Verifier key whose holder may set configuration and models from the cloud side; null: nobody may'),
  }).prefault({}),
  shows: z.strictObject({
    keep: z.int().min(1).max(1000).default(30).describe('Shows whose record is kept, the newest'),
    keepDays: z.int().min(1).max(3650).default(90).describe('Older records are removed'),
    report: z.boolean().default(true).describe('Write the report of a show into reports/ of the data folder when it ends'),
  }).prefault({}),
  connectors: z.array(ConnectorEntry).max(64).default([]).describe('Live platforms and shops, as many as are wanted'),
}); // prettier-ignore
export type AgentConfig = z.infer<typeof AgentConfig>;

/** Parses unknown configuration; the message names the key and what would be right. */
export function parseAgentConfig(
  value: unknown,
): { ok: true; config: AgentConfig } | { ok: false; problems: string[] } {
  const parsed = AgentConfig.safeParse(value);
  if (parsed.success) return { ok: true, config: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'configuration'}: ${issue.message}`),
  };
}
