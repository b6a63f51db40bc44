import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { memoryTokens } from './panel-fixture.ts';
import { ALL_TRIES, CODE_LIFE_MS, PEER_TRIES, SEEN_MS, UNSEEN_MS, createPairing } from './pairing.ts';

function setup() {
  const clock = { nowMs: 1_000_000 };
  const tokens = memoryTokens();
  const pairing = createPairing({ nowMs: () => clock.nowMs, randomBytes, tokens });
  return { clock, tokens, pairing };
}
const other = (code: string) => (code === '00000000' ? '11111111' : '00000000');

describe('pairing', () => {
  test('a code is eight digits, works once and gives a token that is known', async () => {
    const { pairing } = setup();
    const { code } = pairing.create('operator', '');
    expect(code).toMatch(/^\d{8}$/);
    const first = await pairing.redeem(` ${code.slice(0, 4)}-${code.slice(4)} `, 'a', 'iPad');
    expect(first.ok && pairing.callerOf(first.token)?.role).toBe('operator');
    expect(await pairing.redeem(code, 'a', 'iPad')).toEqual({ ok: false, reason: 'wrong-code' });
    expect(pairing.callerOf('')).toBe(null);
  });

  test('each code gives the role it was made for', async () => {
    const { pairing } = setup();
    const [desk, screen] = [pairing.create('operator', ''), pairing.create('host', '')];
    for (const [{ code }, role] of [
      [screen, 'host'],
      [desk, 'operator'],
    ] as const) {
      const redeemed = await pairing.redeem(code, 'a', 'iPad');
      expect(redeemed.ok && pairing.callerOf(redeemed.token)?.role).toBe(role);
    }
  });

  test('a device is called what its code says, else what its browser tells', async () => {
    const { pairing } = setup();
    for (const [name, browser, called] of [
      ['主播平板', 'iPad', '主播平板'],
      ['', 'iPad', 'iPad'],
    ] as const) {
      const redeemed = await pairing.redeem(pairing.create('host', name).code, 'a', browser);
      expect(redeemed.ok && pairing.callerOf(redeemed.token)?.name).toBe(called);
    }
  });

  test('when a device was last seen is kept once an hour, and not of one that is gone', async () => {
    const { clock, pairing, tokens } = setup();
    const redeemed = await pairing.redeem(pairing.create('host', '').code, 'a', '');
    const token = redeemed.ok ? redeemed.token : '';
    const [hash] = tokens.all()[0]!;
    const pairedMs = clock.nowMs;
    clock.nowMs += SEEN_MS - 1;
    await pairing.seen(token);
    expect(tokens.get(hash)).toEqual({ role: 'host', name: '', sinceMs: pairedMs, seenMs: pairedMs });
    clock.nowMs += 1;
    await pairing.seen(token);
    expect(tokens.get(hash)).toEqual({ role: 'host', name: '', sinceMs: pairedMs, seenMs: clock.nowMs });
    await tokens.remove(hash);
    clock.nowMs += SEEN_MS;
    await pairing.seen(token);
    expect(tokens.all()).toEqual([]);
  });

  test('a device that was not here for half a year is nobody; one that was, however long ago it paired, goes on', async () => {
    const { clock, pairing, tokens } = setup();
    const redeemed = await pairing.redeem(pairing.create('host', '').code, 'a', '');
    const token = redeemed.ok ? redeemed.token : '';
    clock.nowMs += UNSEEN_MS;
    expect(pairing.callerOf(token)?.role).toBe('host');
    await pairing.seen(token);
    clock.nowMs += UNSEEN_MS;
    expect(pairing.callerOf(token)?.role).toBe('host');
    clock.nowMs += 1;
    expect(pairing.callerOf(token)).toBeNull();
    // Of an older version, which kept no times.
    const [hash] = tokens.all()[0]!;
    await tokens.put(hash, { role: 'host', name: '', sinceMs: null, seenMs: null });
    expect(pairing.callerOf(token)?.role).toBe('host');
  });

  test('every digit comes equally often', () => {
    const { pairing } = setup();
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 2000; i++) for (const d of pairing.create('operator', '').code) counts[Number(d)]! += 1;
    // 16,000 digits: 1600 each, standard deviation 38; six of them either side.
    for (const count of counts) expect(Math.abs(count - 1600)).toBeLessThan(230);
  });

  test('a code works until its tenth minute ends and not after', async () => {
    const { clock, pairing } = setup();
    const [first, second] = [pairing.create('operator', ''), pairing.create('operator', '')];
    clock.nowMs += CODE_LIFE_MS - 1;
    expect((await pairing.redeem(first.code, 'a', 'iPad')).ok).toBe(true);
    clock.nowMs += 1;
    expect((await pairing.redeem(second.code, 'a', 'iPad')).ok).toBe(false);
  });

  test('five wrong tries lock the address, even for the right code, until a minute has passed; others go on', async () => {
    const { clock, pairing } = setup();
    const { code } = pairing.create('operator', '');
    for (let i = 0; i < PEER_TRIES; i++) {
      expect(await pairing.redeem(other(code), 'a', 'iPad')).toEqual({ ok: false, reason: 'wrong-code' });
      clock.nowMs += 1000;
    }
    expect(await pairing.redeem(code, 'a', 'iPad')).toEqual({ ok: false, reason: 'locked', retryAfterMs: 55_000 });
    clock.nowMs += 54_999;
    expect((await pairing.redeem(code, 'a', 'iPad')).ok).toBe(false);
    clock.nowMs += 1;
    expect((await pairing.redeem(code, 'a', 'iPad')).ok).toBe(true);
    expect((await pairing.redeem(pairing.create('operator', '').code, 'b', 'iPad')).ok).toBe(true);
  });

  test('many addresses together get no more tries than the limit over all', async () => {
    const { pairing } = setup();
    const { code } = pairing.create('operator', '');
    for (let i = 0; i < ALL_TRIES; i++) await pairing.redeem(other(code), `peer-${i}`, 'iPad');
    expect(await pairing.redeem(code, 'fresh', 'iPad')).toMatchObject({ ok: false, reason: 'locked' });
  });

  test('the store never sees a token, only its hash', async () => {
    const { clock } = setup();
    const seen: string[] = [];
    const tokens = { ...memoryTokens(), put: async (hash: string) => void seen.push(hash) };
    const pairing = createPairing({ nowMs: () => clock.nowMs, randomBytes, tokens });
    const redeemed = await pairing.redeem(pairing.create('operator', '').code, 'a', 'iPad');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(redeemed.ok && seen[0] !== redeemed.token).toBe(true);
  });
});
