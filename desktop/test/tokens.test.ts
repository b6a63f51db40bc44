import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../src/renderer/style/tokens.css', import.meta.url), 'utf8');

function tokens(selector: string): Record<string, string> {
  const block = css.split(`${selector} {`)[1]?.split('}')[0] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
  );
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

describe('contrast (HP6: at least 7)', () => {
  test('the formula gives 21 for black on white and 4.48 for #777 on white', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test.each(['text', 'text-dim', 'act-now', 'advice', 'good', 'wrong', 'interest'])(
    'dark %s on ground and, for words, on surface',
    (name) => {
      const dark = tokens(':root');
      expect(contrast(dark[name]!, dark.ground!)).toBeGreaterThanOrEqual(7);
      expect(contrast(dark[name]!, dark.surface!)).toBeGreaterThanOrEqual(6.5);
    },
  );

  test('words on the amber block', () => {
    const dark = tokens(':root');
    expect(contrast(dark['on-act-now']!, dark['act-now']!)).toBeGreaterThanOrEqual(10);
  });

  test.each(['text', 'text-dim', 'act-now-text', 'advice', 'good', 'wrong', 'interest'])(
    'light %s on surface, raised and ground',
    (name) => {
      const light = tokens('.light');
      for (const under of ['surface', 'raised'])
        expect(contrast(light[name]!, light[under]!), under).toBeGreaterThanOrEqual(7);
      expect(contrast(light[name]!, light.ground!)).toBeGreaterThanOrEqual(6.5);
    },
  );
});
