import type { AgentConfig, SecretState } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { openConnectorSecrets, type ConnectorSecrets, type Seal } from '../store/connector-files.ts';
import { CONNECTORS, RELAY_SECRETS, secretFields } from './connector-list.ts';
import { BROKER_SECRETS, DATABASE_SECRETS, OWN_SECRETS, type SecretsOf } from './settings-check.ts';

/** Secrets that people set: those of sources, of the relay, of a broker and of a database elsewhere. */
export interface SecretBook {
  readonly of: SecretsOf;
  /** Name of the keystore that seals them; null: a file that only this user can read. */
  readonly keystore: string | null;
  /** Some were changed since `take`. */
  readonly pending: boolean;
  /** Reads the file anew for an agent that starts; what cannot be read leaves those in force, and is logged without a value. */
  take(): Promise<ConnectorSecrets>;
  /** What `config` asks for, and what nothing of it asks for any more. */
  list(config: AgentConfig): SecretState[];
  /** Sets or (null) removes one. Throws `PanelCallError` when nothing has such a secret. */
  set(name: string, field: string, secret: string | Record<string, string> | null): Promise<number | null>;
}

export async function openSecretBook(
  ports: { readonly nowMs: () => number; readonly seal: Seal | null; readonly logger: Logger },
  folder: string,
): Promise<SecretBook> {
  let present = await openConnectorSecrets(folder, ports.seal);
  let pending = false;
  return {
    of: (name) => present.of(name),
    keystore: ports.seal?.name ?? null,
    get pending() {
      return pending;
    },
    async take() {
      try {
        present = await openConnectorSecrets(folder, ports.seal);
        pending = false;
      } catch (error) {
        // A keystore that is locked by now, or somebody's hand in the file, must not end a studio that ran.
        ports.logger.error(`${(error as Error).message} The secrets in force stay.`);
      }
      return present;
    },
    list: (config) => listed(config, present),
    async set(name, field, secret) {
      const known = present.list().some((one) => one.name === name && one.field === field);
      if (secret !== null && !isField(name, field))
        throw new PanelCallError('bad-request', `settings.secret: nothing has a secret ${field}. The form of the source says which it has.`); // prettier-ignore
      if (secret === null && !known) return null;
      const nowMs = ports.nowMs();
      await present.set(name, field, secret, nowMs);
      pending = true;
      return secret === null ? null : nowMs;
    },
  };
}

/** Of a source that there may be only later, any field that some source has. */
function isField(name: string, field: string): boolean {
  const own = OWN_SECRETS.find(([one]) => one === name);
  if (own !== undefined) return own[1].includes(field);
  return [...CONNECTORS.values()].some((factory) => secretFields(factory).includes(field));
}

function listed(config: AgentConfig, present: ConnectorSecrets): SecretState[] {
  const stored = present.list();
  const since = (name: string, field: string) =>
    stored.find((one) => one.name === name && one.field === field)?.sinceMs ?? null;
  const asked: SecretState[] = [];
  const ask = (name: string, field: string, needed: boolean, used: boolean) => {
    const sinceMs = since(name, field);
    if (used || sinceMs !== null) asked.push({ name, field, sinceMs, needed: needed && sinceMs === null, used });
  };
  for (const { name, connector, enabled } of config.connectors) {
    const factory = CONNECTORS.get(connector);
    if (factory === undefined) continue;
    const { required = [] } = factory.configuration as { required?: string[] };
    for (const field of secretFields(factory)) ask(name, field, enabled && required.includes(field), true);
  }
  const { brokerUrl, databaseUrl } = config.uplink;
  const used: Readonly<Record<string, boolean>> = { [BROKER_SECRETS]: brokerUrl !== null, [DATABASE_SECRETS]: databaseUrl !== null, [RELAY_SECRETS]: config.ingest.hooksRelay !== null }; // prettier-ignore
  for (const [name, fields] of OWN_SECRETS)
    for (const field of fields) ask(name, field, name === RELAY_SECRETS && used[name]!, used[name]!);
  const left = stored.filter((one) => !asked.some(({ name, field }) => one.name === name && one.field === field));
  return [...asked, ...left.map((one) => ({ ...one, needed: false, used: false }))];
}

/** User and password of the MQTT broker, as the panel or somebody's hand set them. */
export function brokerUser(secrets: ConnectorSecrets): { readonly username: string; readonly password: string } | null {
  const { username, password } = secrets.of(BROKER_SECRETS);
  return typeof username === 'string' ? { username, password: typeof password === 'string' ? password : '' } : null;
}

/** The address of the database with its password, which stands among the secrets. */
export function databaseAddress(url: string | null, secrets: ConnectorSecrets): string | null {
  const { password } = secrets.of(DATABASE_SECRETS);
  if (url === null || typeof password !== 'string' || !URL.canParse(url)) return url;
  const address = new URL(url);
  address.password = encodeURIComponent(password);
  return address.href;
}
