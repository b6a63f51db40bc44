import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SCREENS = at('../../docs/screens/');
/** Read, not loaded: that file is for browsers. */
const [, listed = ''] = /MORE_ROUTES = \[([^\]]*)\]/.exec(readFileSync(at('../src/renderer/parts/route.ts'), 'utf8')) ?? []; // prettier-ignore
const ROUTES = ['host', 'operator', ...[...listed.matchAll(/'([a-z-]+)'/g)].map(([, route]) => route!)];
const REMEDY = 'draw it: node desktop/test/take-screens.ts docs/screens NAME, and look at it';

test('the list of pages is found', () => expect(ROUTES).toContain('control'));

test.each(ROUTES)('the page %s has a picture in both languages', (route) => {
  const missing = ['zh', 'en'].map((language) => `${route}-${language}.png`).filter((name) => !existsSync(SCREENS + name)); // prettier-ignore
  expect(missing, REMEDY).toEqual([]);
});
