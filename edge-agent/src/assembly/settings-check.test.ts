import { describe, expect, test } from 'vitest';
import { AgentConfig } from '@livecue/shared/contract';
import { settingsDiff, settingsWarnings } from '../setup/settings/settings-diff.ts';
import { CONNECTORS } from './connector-list.ts';
import { checkSettings } from './settings-check.ts';
import { connectorForms, settingsSchema } from './settings-form.ts';
import { withoutLackingSources } from './setup-calls.ts';

const twitch = { connector: 'twitch-irc', name: 'tw', settings: { channel: 'somebody' } };
const shop = { connector: 'shopify', name: 'shop', settings: { source: 'shop/shopify/a.example', currency: 'CNY' } };
const problems = (settings: unknown, secrets: Record<string, Record<string, unknown>> = {}) => checkSettings(settings, (name) => secrets[name] ?? {}).problems; // prettier-ignore

describe('what is wrong with settings', () => {
  test('every problem stands at its place', () => {
    expect(problems({ advise: { cardsPer10Min: 0 }, panel: { port: 1 } }).map(({ path }) => path)).toEqual(['advise.cardsPer10Min', 'panel.port']); // prettier-ignore
    expect(problems({ connectors: [{ ...twitch, settings: { channel: 'a b' } }] })).toMatchObject([{ path: 'connectors.0.settings.channel', secret: null }]); // prettier-ignore
    expect(problems({ connectors: [{ ...twitch, settings: {} }, { ...twitch, name: 'tw' }] }).map(({ path }) => path)).toEqual(['connectors.0.settings.channel', 'connectors.1.name']); // prettier-ignore
    expect(problems({ connectors: [{ ...twitch, connector: 'icq' }] })).toMatchObject([
      { path: 'connectors.0.connector' },
    ]);
    expect(problems({ connectors: [{ ...twitch, name: 'broker' }] })).toMatchObject([{ path: 'connectors.0.name' }]);
    expect(problems({ connectors: [twitch] })).toEqual([]);
  });

  test('two actions on one key are told at both, however it is written', () => {
    expect(problems({ hotkeys: { done: 'F13', mute: 'f13', hold: 'F14' } })).toMatchObject([
      { path: 'hotkeys.done', message: expect.stringContaining('Mute this kind of cue') },
      { path: 'hotkeys.mute', message: expect.stringContaining('Cue done') },
    ]);
    expect(problems({ hotkeys: { done: 'Alt+Shift+Ctrl+O' } }).map(({ path }) => path)).toEqual(['hotkeys.done', 'hotkeys.showOperator']); // prettier-ignore
    expect(problems({ hotkeys: { done: 'D' } })).toMatchObject([{ path: 'hotkeys.done' }]);
    expect(problems({ hotkeys: { done: 'F13', mute: 'F14', showOperator: null } })).toEqual([]);
  });

  test('a source that is off may be unfinished; one that is on needs its secrets, which are named and never quoted', () => {
    expect(problems({ connectors: [{ ...twitch, enabled: false, settings: {} }] })).toEqual([]);
    expect(problems({ connectors: [shop] })).toEqual([{ path: 'connectors.0.settings.secret', message: 'this secret is not set', secret: { name: 'shop', field: 'secret' } }]); // prettier-ignore
    expect(problems({ connectors: [shop] }, { shop: { secret: 's' } })).toEqual([]);
    const misplaced = problems({ connectors: [{ ...shop, settings: { ...shop.settings, secret: 'zqx-canary' } }] });
    expect(misplaced).toMatchObject([{ path: 'connectors.0.settings.secret' }]);
    expect(JSON.stringify(misplaced)).not.toContain('zqx-canary');
    const douyin = { connector: 'douyin-live', name: 'dy', settings: { app_id: 'a', room_id: 'r', source: 'live/douyin/r' } }; // prettier-ignore
    expect(problems({ connectors: [douyin] })).toMatchObject([{ secret: { name: 'dy', field: 'data_secrets' } }]);
    expect(problems({ connectors: [douyin] }, { dy: { data_secrets: { live_comment: 'c' } } })).toEqual([]);
    expect(problems({ uplink: { databaseUrl: 'postgres://u:pw@h/d' } })).toMatchObject([
      { path: 'uplink.databaseUrl' },
    ]);
  });

  test('an import whose secrets are elsewhere comes with those sources switched off', () => {
    const { settings, missing } = withoutLackingSources({ connectors: [twitch, shop] }, () => ({}));
    expect(missing).toEqual([{ name: 'shop', field: 'secret' }]);
    expect((settings['connectors'] as { enabled: boolean }[]).map(({ enabled }) => enabled)).toEqual([true, false]);
    expect(problems(settings)).toEqual([]);
  });

  test('every connector has a form without its secrets, and the schema has all defaults and words', () => {
    const forms = connectorForms();
    expect(forms.map(({ name }) => name)).toEqual([...CONNECTORS.keys()]);
    for (const { name, schema, secrets } of forms) {
      expect(JSON.stringify(schema), name).not.toContain('writeOnly');
      for (const { field } of secrets) expect((schema['required'] as string[]).includes(field), name).toBe(false);
    }
    const { advise } = (settingsSchema() as { properties: { advise: { properties: Record<string, unknown> } } }).properties; // prettier-ignore
    expect(advise.properties['cardsPer10Min']).toMatchObject({ default: 4, minimum: 1, maximum: 10 });
  });
});

describe('what a change of settings means', () => {
  const config = (value: unknown) => AgentConfig.parse(value);
  test('changes by path, sources by name, with defaults on both sides', () => {
    const after = config({
      advise: { cardsPer10Min: 3 },
      connectors: [{ ...twitch, settings: { channel: 'b' } }, shop],
    });
    expect(settingsDiff(config({ connectors: [twitch] }), after).map(({ path, before, after: now }) => [path, before, now])).toEqual([
      ['advise.cardsPer10Min', '4', '3'],
      ['connectors.tw.settings.channel', '"somebody"', '"b"'],
      ['connectors.shop.connector', null, '"shopify"'],
      ['connectors.shop.enabled', null, 'true'],
      ['connectors.shop.settings.source', null, '"shop/shopify/a.example"'],
      ['connectors.shop.settings.currency', null, '"CNY"'],
      ['connectors.shop.endpoints', null, '{}'],
    ]); // prettier-ignore
    expect(settingsDiff(config({}), config({ connectors: [twitch] })).some(({ path }) => path === 'connectors')).toBe(
      false,
    );
    expect(settingsDiff(after, after)).toEqual([]);
    // Order alone changes nothing that is told.
    expect(JSON.stringify(settingsDiff(config({ uplink: { databaseUrl: 'postgres://u:zqx@h/d' } }), config({})))).not.toContain('zqx'); // prettier-ignore
  });

  test('what should be known before', () => {
    const warned = (value: unknown) => settingsWarnings(config({}), config(value));
    expect(warned({ panel: { host: '0.0.0.0' } })).toEqual(['panel-moves', 'off-loopback']);
    expect(warned({ uplink: { kAnonymity: 2 }, shows: { keep: 3 }, agentId: 'b' })).toEqual(['agent-id', 'less-privacy', 'records-removed']); // prettier-ignore
    expect(warned({ uplink: { kAnonymity: 9 }, advise: { cardsPer10Min: 1 } })).toEqual([]);
  });
});
