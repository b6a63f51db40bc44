import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '@livecue/shared/contract';
import { createConnectorSource } from '../ingest/connector-source.ts';
import type { Connector, ConnectorContext, ConnectorFactory } from '../ingest/connector.ts';
import { PLATFORM_CONNECTORS } from '../ingest/platform-connectors.ts';
import { SHOP_CONNECTORS } from '../ingest/shops/shop-connectors.ts';
import { HOOKS_PATH, type MountedHook } from '../ingest/webhook-router.ts';
import { createRelaySource } from '../ingest/webhook-relay-source.ts';
import { createWebhookSource } from '../ingest/webhook-source.ts';
import type { FrameSink, Source } from '../ports.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { CONNECTOR_SECRETS, type ConnectorSecrets, openConnectorMemory } from '../store/connector-files.ts';

/** Every connector that ships in the agent, by name. */
export const CONNECTORS: ReadonlyMap<string, ConnectorFactory> = new Map([
  ...PLATFORM_CONNECTORS.map((factory) => [factory.name, factory] as const),
  ...SHOP_CONNECTORS,
]);

export interface ConnectorPorts {
  readonly sink: FrameSink;
  readonly secrets: ConnectorSecrets;
  /** Data folder of the agent. */
  readonly folder: string;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

type Entry = AgentConfig['connectors'][number];

/** Name under which the relay's token stands among the secrets of connectors. */
export const RELAY_SECRETS = 'hooks-relay';
const STOP_DEADLINE_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;

const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal });

/**
 * The configured connectors as sources, and behind them the address that platforms post to, when one
 * of them is pushed to. Throws `ConfigurationError` that names the entry and the key.
 */
export function connectorSources(ports: ConnectorPorts, config: AgentConfig): Source[] {
  const entries = config.connectors.filter(({ enabled }) => enabled);
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConfigurationError(`connectors: the name ${twice} is used twice. Give each its own.`); // prettier-ignore
  const hooks: MountedHook[] = [];
  const sources = entries.map((entry) => {
    const factory = CONNECTORS.get(entry.connector);
    if (factory === undefined) {
      throw new ConfigurationError(`connectors: ${entry.name} names the connector ${entry.connector}. Expected one of ${[...CONNECTORS.keys()].join(', ')}.`); // prettier-ignore
    }
    const { connector, context } = createOne(factory, entry, ports);
    if (connector.handle !== undefined) hooks.push({ connector: entry.connector, name: entry.name, handle: connector.handle }); // prettier-ignore
    const pushed = factory.capabilities.transport === 'push';
    const { host, hooksPort, maxFrameBytes } = config.ingest;
    return createConnectorSource({ ...ports, random: context.random, sleep: context.sleep }, connector, {
      name: entry.name,
      transport: factory.capabilities.transport === 'stream' ? 'websocket' : 'http',
      endpoint: pushed ? `http://${host}:${hooksPort}${HOOKS_PATH}/${entry.connector}/${entry.name}` : entry.connector,
      origin: `${factory.name}@${factory.version}`,
      maxFrameBytes,
      pushed,
      onStopped: () => context.memory.flush(),
      stopDeadlineMs: STOP_DEADLINE_MS,
    });
  });
  if (hooks.length === 0) return sources;
  const { host, hooksPort: port } = config.ingest;
  const address = createWebhookSource({ nowMs: ports.nowMs, logger: ports.logger, hooks }, { host, port, requestTimeoutMs: REQUEST_TIMEOUT_MS, stopDeadlineMs: STOP_DEADLINE_MS }); // prettier-ignore
  return [...sources, address, ...relayOf(ports, config, hooks)];
}

function relayOf(ports: ConnectorPorts, config: AgentConfig, hooks: readonly MountedHook[]): Source[] {
  const url = config.ingest.hooksRelay;
  if (url === null) return [];
  const { token } = ports.secrets.of(RELAY_SECRETS);
  if (typeof token !== 'string' || token.length < 16) {
    throw new ConfigurationError(`ingest.hooksRelay: its token is missing. Write it to ${CONNECTOR_SECRETS} in the data folder: {"connectors": {"${RELAY_SECRETS}": {"token": "…"}}}.`); // prettier-ignore
  }
  const { nowMs, logger } = ports;
  return [
    createRelaySource({ hooks, nowMs, logger, fetch: globalThis.fetch, sleep, random: Math.random }, { url, token }),
  ];
}

function createOne(
  factory: ConnectorFactory,
  entry: Entry,
  ports: ConnectorPorts,
): { connector: Connector; context: ConnectorContext } {
  // prettier-ignore
  const misplaced = secretFields(factory).find((field) => Object.hasOwn(entry.settings, field));
  if (misplaced !== undefined) {
    throw new ConfigurationError(`connectors: ${entry.name}: ${misplaced} is a secret. Move it to ${CONNECTOR_SECRETS} in the data folder: {"connectors": {"${entry.name}": {"${misplaced}": "…"}}}.`); // prettier-ignore
  }
  if (factory.warning !== undefined) ports.logger.warn(`connector ${entry.name}: ${factory.warning}`);
  const context: ConnectorContext = {
    nowMs: ports.nowMs,
    random: Math.random,
    logger: ports.logger,
    hash: (text) => createHmac('sha256', ports.secrets.salt).update(text).digest('hex').slice(0, 32),
    orderReferences: true,
    memory: openConnectorMemory(ports, entry.name),
    keepSecret: keeperOf(ports, entry.name),
    sleep,
    fetch: globalThis.fetch,
    endpoints: { ...factory.endpoints, ...entry.endpoints },
  };
  try {
    return { connector: factory.create({ ...entry.settings, ...ports.secrets.of(entry.name) }, context), context };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const secrets = secretFields(factory).join(', ');
    const where =
      secrets === ''
        ? ''
        : `. Secrets (${secrets}) stand in ${CONNECTOR_SECRETS} in the data folder, under "${entry.name}"`;
    throw new ConfigurationError(`connectors: ${entry.name}: ${error.message}${where}.`, { cause: error });
  }
}

/** Keeps what a connector has renewed; what somebody has set since its start stays. */
function keeperOf({ secrets, nowMs }: ConnectorPorts, name: string): ConnectorContext['keepSecret'] {
  const own: Record<string, unknown> = { ...secrets.of(name) };
  return async (field, secret) => {
    if (secrets.of(name)[field] !== own[field]) return;
    await secrets.set(name, field, secret, nowMs());
    own[field] = secret;
  };
}

type Property = { writeOnly?: boolean; additionalProperties?: { writeOnly?: boolean } };

/** Top-level fields of a connector's schema that are write-only, or tables whose values are. */
export function secretFields({ configuration }: ConnectorFactory): string[] {
  const { properties = {} } = configuration as { properties?: Record<string, Property> };
  return Object.keys(properties).filter(
    (field) => properties[field]!.writeOnly === true || properties[field]!.additionalProperties?.writeOnly === true,
  );
}
