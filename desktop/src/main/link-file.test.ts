import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { readLink } from './link-file.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'livecue-link-'))));
afterAll(() => rm(folder, { recursive: true }));

const [server, client] = [curveKeyPair(), curveKeyPair()];
const link = {
  version: 1, pubEndpoint: 'tcp://127.0.0.1:7423', callEndpoint: 'tcp://127.0.0.1:7424',
  serverPublicKey: server.publicKey, clientPublicKey: client.publicKey, clientSecretKey: client.secretKey,
}; // prettier-ignore

async function written(text: string, mode = 0o600): Promise<string> {
  const path = join(folder, 'link.json');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe('the link file', () => {
  test('a good one is read', async () => {
    expect(await readLink(await written(JSON.stringify(link)), 'linux')).toEqual({ ok: true, link });
  });

  test.each([
    ['no path', undefined, /LIVECUE_PANEL_LINK is not set.*livecue start/],
    ['no file', '/nowhere/link.json', /\/nowhere\/link\.json could not be read \(ENOENT\)/],
  ])('%s is told with what to do', async (_what, path, words) => {
    expect(await readLink(path, 'linux')).toMatchObject({ ok: false, problem: expect.stringMatching(words) });
  });

  test('one that others may read is refused, except where such bits do not exist', async () => {
    const path = await written(JSON.stringify(link), 0o644);
    expect(await readLink(path, 'linux')).toMatchObject({ ok: false, problem: expect.stringContaining('chmod 600') });
    expect(await readLink(path, 'win32')).toMatchObject({ ok: true });
  });

  test('a damaged one is refused by the name of the field, without the keys', async () => {
    for (const [text, field] of [
      ['{', 'no JSON'],
      ['[]', 'not an object'],
      [JSON.stringify({ ...link, clientSecretKey: 'short-secret' }), 'clientSecretKey'],
      [JSON.stringify({ ...link, version: 2 }), 'version'],
    ] as const) {
      const found = await readLink(await written(text), 'linux');
      expect(found).toMatchObject({ ok: false, problem: expect.stringContaining(field) });
      expect(JSON.stringify(found)).not.toContain('short-secret');
      expect(JSON.stringify(found)).not.toContain(client.secretKey.slice(0, 12));
    }
  });
});
