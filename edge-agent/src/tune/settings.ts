import { AgentConfig, parseAgentConfig } from '@livecue/shared/contract';
import { RuleName } from '@livecue/shared/prompt';
import * as z from 'zod';

/** A value of the configuration that changes what a replay shows. */
export interface Setting {
  /** `advise.questionsPerMinute` */
  readonly key: string;
  /** What is right, with its range: `whole number, 2 to 1000`. */
  readonly range: string;
  /** Its description, with the unit; empty where the name says it. */
  readonly words: string;
  readonly byDefault: unknown;
}

export interface Change {
  readonly key: string;
  readonly from: unknown;
  readonly to: unknown;
}

interface SchemaNode {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** Sections that the stream and advise layers read; all else does not reach a replay. */
const SECTIONS = ['advise', 'stream'] as const;

/** All settings, by section, in the order of the configuration. */
export function settings(): readonly Setting[] {
  const schema = z.toJSONSchema(AgentConfig, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
  return SECTIONS.flatMap((section) =>
    Object.entries(schema.properties?.[section]?.properties ?? {}).flatMap(([name, node]) => {
      const range = rangeOf(node);
      return range === null ? [] : [{ key: `${section}.${name}`, range, words: node.description ?? '', byDefault: node.default }]; // prettier-ignore
    }),
  );
}

function rangeOf({ type, enum: values, minimum, maximum }: SchemaNode): string | null {
  if (values !== undefined) return values.map(String).join(' or ');
  if (type === 'boolean') return 'true or false';
  const span = minimum === undefined || maximum === undefined ? '' : `, ${minimum} to ${maximum}`;
  if (type === 'integer') return `whole number${span}`;
  if (type === 'number') return `number${span}`;
  return type === 'string' ? 'text' : null;
}

/**
 * Applies `key=value` in turn; the section may be left out, or be the name of a rule. Nothing is
 * applied when one of them is wrong: `wrong` then says which, and lists the keys where the key is not known.
 */
export function changed(
  config: AgentConfig,
  sets: readonly string[],
): { readonly config: AgentConfig; readonly changes: readonly Change[] } | { readonly wrong: string } {
  const known = settings();
  const value = structuredClone(config) as unknown as Record<string, Record<string, unknown>>;
  const changes = new Map<string, Change>();
  for (const set of sets) {
    const split = set.indexOf('=');
    if (split < 1) return { wrong: `--set ${set}: expected key=value` };
    const [name, text] = [set.slice(0, split).trim(), set.slice(split + 1).trim()];
    // `counted-questions.questionsPerMinute` says which rule is meant, and names the same key.
    const [rule, ...rest] = name.split('.');
    const bare = RuleName.safeParse(rule).success ? rest.join('.') : name;
    const found = known.find(({ key }) => key === bare) ?? known.find(({ key }) => key.split('.')[1] === bare);
    if (found === undefined) return { wrong: `--set ${set}: there is no setting "${name}". There are:\n${listed(known)}` }; // prettier-ignore
    const [section, key] = found.key.split('.') as [string, string];
    const from = changes.get(found.key)?.from ?? value[section]![key];
    value[section]![key] = found.range === 'text' ? text : valueOf(text);
    const parsed = parseAgentConfig(value);
    if (!parsed.ok) return { wrong: `--set ${set}: ${parsed.problems.join('; ')}. Expected: ${found.range}. ${found.words}`.trimEnd() }; // prettier-ignore
    changes.set(found.key, { key: found.key, from, to: value[section]![key] });
  }
  const parsed = parseAgentConfig(value);
  if (!parsed.ok) return { wrong: parsed.problems.join('; ') };
  return { config: parsed.config, changes: [...changes.values()] };
}

function listed(known: readonly Setting[]): string {
  const width = Math.max(...known.map(({ key }) => key.length));
  return known.map(({ key, range, words, byDefault }) => `  ${key.padEnd(width)}  ${range}; default ${String(byDefault)}${words === '' ? '' : `. ${words}`}`).join('\n'); // prettier-ignore
}

/** `12`, `true`; anything else is text, which the configuration then refuses where it is none. */
function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The part of the configuration file that makes the change, to be merged into it by hand. */
export function configurationOf(changes: readonly Change[]): Record<string, Record<string, unknown>> {
  const out: Record<string, Record<string, unknown>> = {};
  for (const { key, to } of changes) {
    const [section, name] = key.split('.') as [string, string];
    (out[section] ??= {})[name] = to;
  }
  return out;
}
