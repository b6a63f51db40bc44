import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentConfig } from './agent-config.ts';
import { overlay, settableValues } from './fleet.ts';

const LOCAL = AgentConfig.parse({ agentId: 'studio-7', uplink: { kAnonymity: 8, brokerUrl: 'mqtts://broker:8883' }, shows: { keep: 10 } }); // prettier-ignore

describe('settings from the cloud side', () => {
  test('lie over the studio’s own, key by key, and lists replace', () => {
    const preset = { id: 'a', zh: '慢', en: 'slow' };
    const laid = overlay(LOCAL, { language: 'en', room: { name: 'B' }, advise: { cardsPer10Min: 2, presets: [preset] }, uplink: { kAnonymity: 9 } }); // prettier-ignore
    expect(laid).toEqual({ ok: true, config: { ...LOCAL, language: 'en', room: { id: 'main', name: 'B' }, advise: { ...LOCAL.advise, cardsPer10Min: 2, presets: [preset] }, uplink: { ...LOCAL.uplink, kAnonymity: 9 } } }); // prettier-ignore
    expect(overlay(LOCAL, {})).toEqual({ ok: true, config: LOCAL });
  });

  test.each([
    ['who the agent is', { agentId: 'other' }, 'agentId'],
    ['another room', { room: { id: 'other' } }, 'room.id'],
    ['addresses', { panel: { host: '0.0.0.0' } }, 'panel.host'],
    ['the broker', { uplink: { brokerUrl: 'mqtt://elsewhere' } }, 'uplink.brokerUrl'],
    ['whom it trusts', { uplink: { fleetKey: null } }, 'uplink.fleetKey'],
    ['TLS', { uplink: { brokerTls: { caFile: null } } }, 'uplink.brokerTls.caFile'],
    ['connectors', { connectors: [] }, 'connectors'],
    ['a section that is empty', { ingest: {} }, 'ingest'],
    ['less privacy', { uplink: { kAnonymity: 7 } }, 'uplink.kAnonymity'],
    ['less of what is kept', { shows: { keep: 9 } }, 'shows.keep'],
    ['a key nobody knows', { advise: { colour: 'red' } }, 'advise'],
    ['a key by its whole path', { 'advise.cardsPer10Min': 3 }, ''],
    ['a value out of range', { advise: { cardsPer10Min: 11 } }, 'advise.cardsPer10Min'],
    ['no object', ['advise'], 'settings'],
  ])('%s is refused, with the key', (_what, settings, key) => {
    const refused = overlay(LOCAL, settings);
    expect(refused).toMatchObject({ ok: false, problems: [expect.stringMatching(new RegExp(`^${key}: `))] });
  });

  test('that name a prototype change nothing but are refused', () => {
    for (const text of [
      '{"__proto__":{"language":"en"}}',
      '{"advise":{"__proto__":{"enabled":false}}}',
      '{"constructor":{"prototype":{}}}',
    ])
      // prettier-ignore
      expect(overlay(LOCAL, JSON.parse(text)).ok, text).toBe(false);
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
  });

  test('nested without end are refused, not followed', () => {
    const deep = JSON.parse(`${'{"advise":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as unknown;
    expect(overlay(LOCAL, deep).ok).toBe(false);
  });

  test('never move what they may not set, whatever they are', () => {
    const fixed = (config: AgentConfig) => {
      const { language: _l, room, advise: _a, stream: _s, shows: _h, uplink, ...rest } = config;
      return { ...rest, room: room.id, uplink: { ...uplink, kAnonymity: 0 } };
    };
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(1, 9, 100, true, 'en', '5.00'));
    const key = fc.constantFrom('agentId', 'room', 'advise', 'stream', 'shows', 'uplink', 'language', 'panel', 'kAnonymity', 'keep', 'name', 'id', 'cardsPer10Min', '__proto__'); // prettier-ignore
    const section = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)));
    fc.assert(
      fc.property(section, (settings) => {
        const laid = overlay(LOCAL, settings);
        if (!laid.ok) return;
        expect(fixed(laid.config)).toEqual(fixed(LOCAL));
        expect(laid.config.uplink.kAnonymity).toBeGreaterThanOrEqual(8);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('the settable values of a configuration hold nothing of addresses, trust and connectors', () => {
  const keys = settableValues(LOCAL).map(([key]) => key);
  expect(keys).toContain('advise.cardsPer10Min');
  expect(keys).toContain('uplink.kAnonymity');
  expect(keys.filter((key) => /host|Port|[uU]rl|[kK]ey|[tT]ls|connectors|agentId|database/.test(key))).toEqual([]); // prettier-ignore
  expect(keys).toEqual([...keys].sort());
});
