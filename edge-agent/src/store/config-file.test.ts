import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AgentConfig } from '@livecue/shared/contract';
import { configVersions, loadConfig, saveConfig } from './config-file.ts';
import { openSecrets } from './secrets.ts';
import { recordingLogger, temporaryFolder } from './testing/kit.ts';

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));
function folder(): string {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  return made.path;
}

describe('configuration file', () => {
  it('gives all defaults when it is absent, and back what was saved', async () => {
    const path = join(folder(), 'config.json');
    const defaults = AgentConfig.parse({});
    expect(await loadConfig(path)).toEqual(defaults);
    await saveConfig(path, { ...defaults, agentId: 'studio-7' });
    expect(await loadConfig(path)).toEqual({ ...defaults, agentId: 'studio-7' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('names the key that nobody knows, and the key with a wrong value', async () => {
    const path = join(folder(), 'config.json');
    writeFileSync(path, JSON.stringify({ agentid: 'x', uplink: { kAnonymity: 0 } }));
    const error = await loadConfig(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'configuration', retry: 'never' });
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).toContain('agentid');
    expect((error as Error).message).toContain('uplink.kAnonymity');
  });

  it('names file and position of text that is not JSON', async () => {
    const path = join(folder(), 'config.json');
    writeFileSync(path, '{\n  "agentId": studio\n}');
    await expect(loadConfig(path)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/config\.json.*(line 2|studio)/s),
    });
  });

  it('keeps the newest 20 earlier versions, numbered', async () => {
    const path = join(folder(), 'config.json');
    for (let n = 0; n <= 23; n++) await saveConfig(path, AgentConfig.parse({ agentId: `studio-${n}` }));
    const versions = configVersions(path);
    expect(versions.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4));
    expect(JSON.parse(readFileSync(versions.at(-1)!.path, 'utf8'))).toMatchObject({ agentId: 'studio-22' });
  });
});

describe('secrets', () => {
  it('are made once with mode 600, and read back', async () => {
    const path = folder();
    const logger = recordingLogger();
    const first = await openSecrets({ folder: path, logger });
    const hash = 'a'.repeat(64);
    const device = { role: 'auditor', name: '会计', sinceMs: 1, seenMs: null } as const;
    await first.panelTokens.put(hash, device);
    await first.panelTokens.put('c'.repeat(64), { ...device, role: 'host' });
    await first.panelTokens.put('d'.repeat(64), device);
    expect(await first.panelTokens.remove('d'.repeat(64))).toBe(true);
    expect(await first.panelTokens.remove('d'.repeat(64))).toBe(false);
    const second = await openSecrets({ folder: path, logger });
    expect({ ...second, panelTokens: null }).toEqual({ ...first, panelTokens: null });
    expect(second.panelTokens.get(hash)).toEqual(device);
    expect(second.panelTokens.get('c'.repeat(64))?.role).toBe('host');
    expect(second.panelTokens.get('d'.repeat(64))).toBe(null);
    expect(second.panelTokens.all().map(([one]) => one)).toEqual([hash, 'c'.repeat(64)]);
    expect(statSync(join(path, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(
      new Set([
        first.ingestToken,
        first.panelCurve.serverSecretKey,
        first.ingestCurve.serverSecretKey,
        first.panelClientSecretKey,
      ]).size,
    ).toBe(4);
    expect(logger.lines).toEqual([]);
  });

  it('of an older version keep who was paired: hosts as hosts, all others as operators', async () => {
    const path = folder();
    await openSecrets({ folder: path, logger: recordingLogger() });
    const file = join(path, 'secrets.json');
    const [desk, screen] = ['a'.repeat(64), 'c'.repeat(64)];
    const older = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), panelTokens: [desk, screen], panelHosts: [screen] };
    writeFileSync(file, JSON.stringify(older));
    for (let i = 0; i < 2; i++) {
      const { panelTokens } = await openSecrets({ folder: path, logger: recordingLogger() });
      expect(panelTokens.get(desk)).toEqual({ role: 'operator', name: '', sinceMs: null, seenMs: null });
      expect(panelTokens.get(screen)?.role).toBe('host');
      // Written in the new way, and read again.
      await panelTokens.put('e'.repeat(64), { role: 'admin', name: '', sinceMs: 1, seenMs: 1 });
    }
  }); // prettier-ignore

  it('have their mode repaired, and say so without showing a secret', async () => {
    const path = folder();
    const logger = recordingLogger();
    const first = await openSecrets({ folder: path, logger });
    chmodSync(join(path, 'secrets.json'), 0o644);
    await openSecrets({ folder: path, logger });
    expect(statSync(join(path, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(logger.lines.join()).toContain('644');
    expect(logger.lines.join()).not.toContain(first.ingestToken);
  });

  it('name the wrong key without its value', async () => {
    const path = folder();
    await openSecrets({ folder: path, logger: recordingLogger() });
    const file = join(path, 'secrets.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"ingestToken": "[^"]*"/, '"ingestToken": "hunter2"'));
    const error = (await openSecrets({ folder: path, logger: recordingLogger() }).catch(
      (thrown: unknown) => thrown,
    )) as Error;
    expect(error.message).toContain('ingestToken');
    expect(error.message).not.toContain('hunter2');
    expect(existsSync(file)).toBe(true);
  });
});
