import type * as z from 'zod';
import { AgentConfig, alikeHotkeys, HOTKEY_ACTIONS, type SettingsProblem } from '@livecue/shared/contract';
import type { ConnectorContext, ConnectorFactory } from '../ingest/connector.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { hasUrlPassword } from '../setup/settings/url-password.ts';
import { CONNECTORS, RELAY_SECRETS, secretFields } from './connector-list.ts';

/** Secrets that something other than a source asks for, by name and field. */
export const BROKER_SECRETS = 'broker';
export const DATABASE_SECRETS = 'database';
export const OWN_SECRETS: readonly (readonly [name: string, fields: readonly string[]])[] = [
  [BROKER_SECRETS, ['username', 'password']],
  [DATABASE_SECRETS, ['password']],
  [RELAY_SECRETS, ['token']],
];

/** Secret settings of a source by its name. */
export type SecretsOf = (name: string) => Readonly<Record<string, unknown>>;

/** Settings that may come into force, or everything that is wrong with them. */
export type Checked =
  | { readonly config: AgentConfig; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly SettingsProblem[] };

const PROBLEMS_MAX = 100;

/**
 * Settings as somebody wrote them → the configuration, or what is wrong, each at its place: the schema, names that are
 * used twice, two actions on one key, secrets where they do not belong, and what each source that is switched on says of its own settings.
 * `schema`: the first alone, as an agent asks at its start.
 */
export function checkSettings(settings: unknown, secretsOf: SecretsOf, depth: 'all' | 'schema' = 'all'): Checked {
  const parsed = AgentConfig.safeParse(settings);
  if (!parsed.success)
    return { config: null, problems: parsed.error.issues.slice(0, PROBLEMS_MAX).flatMap(problemsOf) };
  const config = parsed.data;
  if (depth === 'schema') return { config, problems: [] };
  const problems = [
    ...wrongSources(config, secretsOf),
    ...wrongAddresses(config),
    ...missingToken(config, secretsOf),
    ...sameKeys(config),
  ];
  return problems.length === 0 ? { config, problems: [] } : { config: null, problems: problems.slice(0, PROBLEMS_MAX) };
}

const problem = (path: string, message: string): SettingsProblem => ({ path, message, secret: null });

function problemsOf(issue: z.core.$ZodIssue): SettingsProblem[] {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [problem(path, issue.message)];
  return issue.keys.map((key) => problem(path === '' ? key : `${path}.${key}`, 'there is no such key'));
}

function wrongSources({ connectors }: AgentConfig, secretsOf: SecretsOf): SettingsProblem[] {
  const names = connectors.map(({ name }) => name);
  const reserved = OWN_SECRETS.map(([name]) => name);
  return connectors.flatMap((entry, i) => {
    const at = `connectors.${i}`;
    if (names.indexOf(entry.name) < i) return [problem(`${at}.name`, `the name ${entry.name} is used twice`)];
    if (reserved.includes(entry.name)) return [problem(`${at}.name`, `${entry.name} is a name of our own: choose another`)]; // prettier-ignore
    const factory = CONNECTORS.get(entry.connector);
    if (factory === undefined) return [problem(`${at}.connector`, `expected one of ${[...CONNECTORS.keys()].join(', ')}`)]; // prettier-ignore
    const misplaced = secretFields(factory).filter((field) => Object.hasOwn(entry.settings, field));
    if (misplaced.length > 0)
      return misplaced.map((field) => problem(`${at}.settings.${field}`, 'it is a secret: take it out of the settings and set it as a secret')); // prettier-ignore
    return entry.enabled ? wrongSettings(factory, entry, at, secretsOf(entry.name)) : [];
  });
}

function wrongSettings(
  factory: ConnectorFactory,
  entry: AgentConfig['connectors'][number],
  at: string,
  secrets: Readonly<Record<string, unknown>>,
): SettingsProblem[] {
  try {
    factory.create({ ...entry.settings, ...secrets }, contextFor(factory, entry.endpoints));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { issues } = (error.cause ?? {}) as Partial<z.ZodError>;
    if (issues === undefined) return [problem(`${at}.settings`, error.message)];
    const secretNames = secretFields(factory);
    return issues.flatMap((issue) => {
      const field = String(issue.path[0] ?? '');
      const path = [`${at}.settings`, ...issue.path].join('.');
      if (!secretNames.includes(field)) return problemsOf({ ...issue, path: [`${at}.settings`, ...issue.path] });
      const set = Object.hasOwn(secrets, field);
      return [{ path, message: set ? 'this secret cannot be right: set it again' : 'this secret is not set', secret: { name: entry.name, field } }]; // prettier-ignore
    });
  }
}

/** Connectors open nothing when they are created; this one could not if it wanted to. */
function contextFor(factory: ConnectorFactory, endpoints: Readonly<Record<string, string>>): ConnectorContext {
  const not = (): never => {
    throw new Error('a connector must do nothing before its start');
  };
  const quiet = () => undefined;
  return {
    nowMs: () => 0,
    random: () => 0,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    hash: (text) => text,
    memory: { get: () => undefined, set: quiet, entries: () => [], flush: async () => undefined },
    keepSecret: not,
    sleep: not,
    fetch: not,
    endpoints: { ...factory.endpoints, ...endpoints },
  };
}

function wrongAddresses({ uplink }: AgentConfig): SettingsProblem[] {
  if (uplink.databaseUrl === null || !hasUrlPassword(uplink.databaseUrl)) return [];
  return [problem('uplink.databaseUrl', 'a password does not stand in settings: take it out and set it as the secret of the database')]; // prettier-ignore
}

function missingToken({ ingest, connectors }: AgentConfig, secretsOf: SecretsOf): SettingsProblem[] {
  const pushed = connectors.some(({ connector, enabled }) => enabled && CONNECTORS.get(connector)?.capabilities.transport === 'push'); // prettier-ignore
  const { token } = secretsOf(RELAY_SECRETS);
  if (ingest.hooksRelay === null || !pushed || (typeof token === 'string' && token.length >= 16)) return [];
  return [{ path: 'ingest.hooksRelay', message: "the relay's token is not set, or shorter than 16 characters", secret: { name: RELAY_SECRETS, field: 'token' } }]; // prettier-ignore
}

function sameKeys({ hotkeys }: AgentConfig): SettingsProblem[] {
  return [...alikeHotkeys(hotkeys)].map(([action, others]) =>
    problem(`hotkeys.${action}`, `the same key as for "${HOTKEY_ACTIONS[others[0]!].words.en}": give one of them another, or none`),
  );
} // prettier-ignore
