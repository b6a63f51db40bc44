import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerPage } from './page-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'livecue-desktop-'));
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(folder, 'renderer', 'index.html'), 'page');
  await writeFile(join(folder, 'renderer', 'assets', 'index-A_b-1.js'), 'script');
  await writeFile(join(folder, 'secret.html'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

test('files of the page come with type and policy', async () => {
  const page = await answerPage(join(folder, 'renderer'), 'livecue://panel/index.html#/host');
  expect(await page.text()).toBe('page');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const script = await answerPage(join(folder, 'renderer'), 'livecue://panel/assets/index-A_b-1.js');
  expect(script.headers.get('content-type')).toContain('javascript');
});

test('nothing else comes', async () => {
  for (const path of ['../secret.html', '..%2fsecret.html', '%2e%2e/secret.html', 'assets/../../secret.html', 'assets/..%5c..%5csecret.html', 'missing.html', 'index.map']) {
    expect((await answerPage(join(folder, 'renderer'), `livecue://panel/${path}`)).status, path).toBe(404);
  } // prettier-ignore
});
