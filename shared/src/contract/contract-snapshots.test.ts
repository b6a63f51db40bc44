import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../event/index.ts';
import { generateContracts, staleSnapshots } from '../generate-contracts.ts';

const REMEDY = 'the schemas and the written contract differ: run `npm run contracts` and look at what it changes';

describe('written contracts', () => {
  const generated = generateContracts();

  it.each([...generated.keys()].map((url) => ({ file: url.split('/').at(-1), url })))('$file is what the schemas say', ({ url }) => {
    expect(JSON.parse(readFileSync(new URL(url), 'utf8')), REMEDY).toEqual(generated.get(url));
  }); // prettier-ignore

  it('has no file without a schema', async () => {
    expect(await staleSnapshots(generated), REMEDY).toEqual([]);
  });

  it('states every kind of event with its required fields', () => {
    const url = [...generated.keys()].find((key) => key.endsWith('canonical-event.snapshot.json'));
    const schema = generated.get(url!) as { oneOf: { properties: { type: { const: string } }; required: string[] }[] };
    expect(schema.oneOf.map((kind) => kind.properties.type.const)).toEqual(EVENT_TYPES);
    for (const kind of schema.oneOf) expect(kind.required).toEqual(['id', 'source', 'type', 'data']);
  });

  it('refers only to messages, servers, channels and schema files that exist', () => {
    const url = [...generated.keys()].find((key) => key.endsWith('asyncapi.json'))!;
    const document = generated.get(url)!;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      if (reference.startsWith('#/')) {
        const target = reference.slice(2).split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document); // prettier-ignore
        expect(target, reference).toBeDefined();
      } else {
        expect(generated.has(new URL(reference, url).href), reference).toBe(true);
      }
    }
  });
});
