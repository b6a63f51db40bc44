import { unescape } from 'node:querystring';
import { isDeepStrictEqual } from 'node:util';
import { AgentConfig, type ConnectorForm } from '@livecue/shared/contract';

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
};

interface Told {
  readonly settings: Record<string, unknown>;
  /** Every text that was not told, for the log lines that may name it. */
  readonly hidden: readonly string[];
  /** Names of the configured sources in their order, and what they are called instead. */
  readonly sources: ReadonlyMap<string, string>;
}

const DEFAULTS = AgentConfig.parse({}) as Record<string, unknown>;

/**
 * Settings for somebody else's eyes: numbers, switches, defaults and words that the schema lists stand as they are;
 * any other text is told by its kind and length, tables by their number of entries. Of connectors numbers too are told
 * by their kind: a room is one.
 */
export function toldSettings(config: AgentConfig, schema: Record<string, unknown>, forms: readonly ConnectorForm[]): Told {
  const hidden: string[] = [];
  const tell = teller(hidden);
  const { connectors, ...own } = config;
  const settings = tell(own, schema as Schema, DEFAULTS, true) as Record<string, unknown>;
  const sources = new Map(connectors.map(({ name }, n) => [name, `source-${n + 1}`]));
  const told = connectors.map((entry) => {
    const form = forms.find(({ name }) => name === entry.connector);
    for (const address of Object.values(entry.endpoints)) hidden.push(...partsOf(address));
    return {
      name: sources.get(entry.name),
      connector: form === undefined ? kindOf(entry.connector) : form.name,
      enabled: entry.enabled,
      settings: tell(entry.settings, (form?.schema ?? {}) as Schema, undefined, false),
      endpoints: `${Object.keys(entry.endpoints).length} entries`,
    };
  });
  return { settings: { ...settings, connectors: told }, hidden, sources };
} // prettier-ignore

type Teller = (value: unknown, schema: Schema | undefined, usual: unknown, numbers: boolean) => unknown;

function teller(hidden: string[]): Teller {
  const tell: Teller = (value, schema, usual, numbers) => {
    if (value === null || typeof value === 'boolean') return value;
    // Also of the connector's own: what everybody has tells nothing.
    if (isDeepStrictEqual(value, usual ?? schema?.default)) return value;
    if (typeof value === 'number' && numbers) return value;
    if (typeof value !== 'object') {
      if (allowed(schema, value)) return value;
      hidden.push(...partsOf(String(value)));
      return kindOf(value);
    }
    if (Array.isArray(value)) return value.map((one) => tell(one, schema?.items ?? schema?.anyOf?.find((one) => one.items !== undefined)?.items, undefined, numbers));
    const properties = schema?.properties ?? schema?.anyOf?.find((one) => one.properties !== undefined)?.properties;
    const entries = Object.entries(value).map(([key, one]) => {
      const had = (usual as Record<string, unknown> | undefined)?.[key];
      return [key, tell(one, properties === undefined || !Object.hasOwn(properties, key) ? undefined : properties[key], had, numbers)] as const;
    });
    // Keys of a table are the studio's own words, as those of settings that the schema does not know.
    const known = entries.filter(([key]) => properties !== undefined && Object.hasOwn(properties, key));
    for (const [key] of entries) if (!known.some(([one]) => one === key)) hidden.push(key);
    return properties === undefined ? `${entries.length} entries` : Object.fromEntries(known);
  }; // prettier-ignore
  return tell;
}

function allowed(schema: Schema | undefined, value: unknown): boolean {
  if (schema === undefined) return false;
  if (schema.const === value && value !== undefined) return true;
  return schema.enum?.includes(value) === true || schema.anyOf?.some((one) => allowed(one, value)) === true;
}

/** Of an address also what errors name of it alone. */
function partsOf(text: string): string[] {
  if (!text.includes('://') || !URL.canParse(text)) return [text];
  const { hostname, username, password } = new URL(text);
  const isLoopback = hostname === '127.0.0.1' || hostname === 'localhost';
  return [text, username, password, unescape(password), ...(isLoopback ? [] : [hostname])].filter((part) => part !== '');
} // prettier-ignore

function kindOf(value: unknown): string {
  if (typeof value !== 'string') return `(${typeof value})`;
  const kind = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? 'address' : /^[-\d.,:\s]+$/.test(value) ? 'digits' : 'text';
  return `(${kind}, ${value.length} characters)`;
}
