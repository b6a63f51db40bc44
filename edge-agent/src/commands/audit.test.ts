import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openAuditLog } from '../store/audit-log.ts';
import { audit } from './audit.ts';
import { runCommand } from './testing/run-command.ts';

it('livecue audit verify: whole, then named with its line; a wrong call is said', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-audit-'));
  try {
    const log = await openAuditLog(folder);
    for (const n of [1, 2, 3]) await log.record({ atMs: n, device: 'd', role: 'operator', verb: 'cues.control', allowed: true, args: { hold: true } }); // prettier-ignore
    await log.close();
    const whole = await runCommand(audit, ['verify', '--data', folder]);
    expect([whole.code, JSON.parse(whole.stdout)]).toMatchObject([0, { entries: 3, problem: null }]);
    const file = path.join(folder, 'audit.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"atMs":2', '"atMs":7'));
    const broken = await runCommand(audit, ['verify', '--data', folder]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('Line 3 does not follow from the line before it');
    expect((await runCommand(audit, ['read'])).code).toBe(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
