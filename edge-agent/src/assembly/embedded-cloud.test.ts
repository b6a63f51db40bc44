import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createEmbeddedCloud } from './embedded-cloud.ts';

it.skipIf(process.platform !== 'linux')('the password of the database stands in no argument that other users of the machine can read', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'livecue-cloud-'));
  const silent = () => undefined;
  const cloud = createEmbeddedCloud(
    { logger: { debug: silent, info: silent, warn: silent, error: silent } },
    { host: '127.0.0.1', port: 0, databaseUrl: 'postgres://livecue:zqx%2F5512@127.0.0.1:1/shows', folder },
  );
  try {
    await cloud.start(new AbortController().signal);
    const read = (file: string) => readFileSync(`/proc/${cloud.pid}/${file}`, 'utf8').split('\0');
    await expect.poll(() => read('cmdline')).toContain('postgres://livecue@127.0.0.1:1/shows');
    expect(read('cmdline').join(' ')).not.toContain('zqx');
    expect(read('environ')).toContain('PGPASSWORD=zqx/5512');
  } finally {
    await cloud.stop();
    await rm(folder, { recursive: true });
  }
}); // prettier-ignore
