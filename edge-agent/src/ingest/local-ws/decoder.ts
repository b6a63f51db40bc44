import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { createAssembler, derivedFromText, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupSource } from '../decoding/setup.ts';
import { asCount, asId, asObject, readJson, timeOfMs, timeOfSeconds, timeOfText } from '../decoding/wire-value.ts';
import { Mapping, type MappingCondition, type MappingRule } from './mapping.ts';

export const LocalWsSetup = z
  .looseObject({
    room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
    source: SetupSource.optional(),
    mapping: Mapping,
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/local/${setup.room}` }));

const TIME = { rfc3339: timeOfText, s: timeOfSeconds, ms: timeOfMs } as const;
/** Fields of canonical data that are counts; all others that hold a single value are text, however they are sent. */
const COUNTS: ReadonlySet<string> = new Set(['count', 'userInteractionCount', 'quantity', 'concurrent', 'cumulative', 'popularity', 'orderQuantity', 'eligibleQuantity', 'position', 'inventoryLevel', 'delta']); // prettier-ignore
const MAX_DEPTH = 8;
const ABSENT = Symbol('absent');

/** Messages of a local program → canonical events, as the user's mapping file says. JSON text only. */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const { source, mapping } = parseSetup(LocalWsSetup, setup, 'local-ws');
  const assembler = createAssembler(ports, { platform: source.split('/')[1]!, source });
  return {
    decode({ text = '' }: WireInput): DecodeResult {
      return assembler.bundle(derivedFromText(readMessage(text, mapping), text));
    },
  };
}

function readMessage(text: string, mapping: Mapping): MessageReading[] {
  const message = readJson(text);
  return message === undefined ? [malformed('not JSON')] : readMapped(message, mapping);
}

/** What the user's mapping makes of one message, or of the several in it. */
export function readMapped(message: unknown, mapping: Mapping): MessageReading[] {
  if (mapping.items === undefined) return [readItem(message, mapping)];
  const items = valueAt(message, mapping.items);
  // A message without the list may still be one that a rule knows.
  if (!Array.isArray(items)) return [readItem(message, mapping)];
  return items.length > 0 ? items.map((item) => readItem(item, mapping)) : [ignored('an empty list')];
}

function readItem(item: unknown, mapping: Mapping): MessageReading {
  const rule = mapping.rules.find(({ when }) => holds(when, item));
  if (rule === undefined) {
    return mapping.ignore.some((when) => holds(when, item)) ? ignored('named under ignore') : unknown('no rule of the mapping fits'); // prettier-ignore
  }
  return applyRule(rule, item);
}

function applyRule(rule: MappingRule, item: unknown): MessageReading {
  const data = fill(rule.data, item, '', 0);
  const time = rule.time === undefined ? undefined : TIME[rule.timeUnit](valueAt(item, rule.time));
  return {
    id: rule.id === undefined ? undefined : asId(valueAt(item, rule.id)),
    time,
    historical: rule.historical !== undefined && valueAt(item, rule.historical) === true,
    events: [{ type: rule.event, data: asObject(data) ?? {} }],
  };
}

function holds(when: MappingCondition, item: unknown): boolean {
  return Object.entries(when).every(([path, wanted]) => {
    const value = valueAt(item, path);
    return Array.isArray(wanted) ? wanted.includes(value as string) : value === wanted;
  });
}

function valueAt(item: unknown, path: string): unknown {
  if (path === '$') return item;
  let value: unknown = item;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The template with its paths filled in; what is at no path is left out, and so is an object that lost all. */
function fill(template: unknown, item: unknown, key: string, depth: number): unknown {
  if (typeof template === 'string') return template.startsWith('$') ? typed(valueAt(item, template.slice(1) || '$'), key) : template; // prettier-ignore
  if (typeof template !== 'object' || template === null || depth > MAX_DEPTH) return template;
  if (Array.isArray(template)) return template.map((each) => fill(each, item, key, depth + 1)).filter((each) => each !== ABSENT); // prettier-ignore
  const entries = Object.entries(template).map(([name, value]) => [name, fill(value, item, name, depth + 1)] as const);
  const kept = entries.filter(([, value]) => value !== ABSENT);
  return kept.length === 0 && entries.length > 0 && depth > 0 ? ABSENT : Object.fromEntries(kept);
}

function typed(value: unknown, key: string): unknown {
  if (value === undefined || value === null) return ABSENT;
  if (COUNTS.has(key)) return asCount(value) ?? ABSENT;
  if (typeof value === 'boolean' || typeof value === 'object') return value;
  return asId(value) ?? String(value as string | number);
}
