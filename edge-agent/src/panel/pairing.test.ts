import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { memoryTokens } from './panel-fixture.ts';
import { ALL_TRIES, CODE_LIFE_MS, PEER_TRIES, createPairing } from './pairing.ts';

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
    const { code } = pairing.create('operator');
    expect(code).toMatch(/^\d{8}$/);
    const first = await pairing.redeem(` ${code.slice(0, 4)}-${code.slice(4)} `, 'a');
    expect(first.ok && pairing.roleOf(first.token)).toBe('operator');
    expect(await pairing.redeem(code, 'a')).toEqual({ ok: false, reason: 'wrong-code' });
    expect(pairing.roleOf('')).toBe(null);
  });

  test('each code gives the role it was made for', async () => {
    const { pairing } = setup();
    const [desk, screen] = [pairing.create('operator'), pairing.create('host')];
    for (const [{ code }, role] of [
      [screen, 'host'],
      [desk, 'operator'],
    ] as const) {
      const redeemed = await pairing.redeem(code, 'a');
      expect(redeemed.ok && pairing.roleOf(redeemed.token)).toBe(role);
    }
  });

  test('every digit comes equally often', () => {
    const { pairing } = setup();
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 2000; i++) for (const d of pairing.create('operator').code) counts[Number(d)]! += 1;
    // 16,000 digits: 1600 each, standard deviation 38; six of them either side.
    for (const count of counts) expect(Math.abs(count - 1600)).toBeLessThan(230);
  });

  test('a code works until its tenth minute ends and not after', async () => {
    const { clock, pairing } = setup();
    const [first, second] = [pairing.create('operator'), pairing.create('operator')];
    clock.nowMs += CODE_LIFE_MS - 1;
    expect((await pairing.redeem(first.code, 'a')).ok).toBe(true);
    clock.nowMs += 1;
    expect((await pairing.redeem(second.code, 'a')).ok).toBe(false);
  });

  test('five wrong tries lock the address, even for the right code, until a minute has passed; others go on', async () => {
    const { clock, pairing } = setup();
    const { code } = pairing.create('operator');
    for (let i = 0; i < PEER_TRIES; i++) {
      expect(await pairing.redeem(other(code), 'a')).toEqual({ ok: false, reason: 'wrong-code' });
      clock.nowMs += 1000;
    }
    expect(await pairing.redeem(code, 'a')).toEqual({ ok: false, reason: 'locked', retryAfterMs: 55_000 });
    clock.nowMs += 54_999;
    expect((await pairing.redeem(code, 'a')).ok).toBe(false);
    clock.nowMs += 1;
    expect((await pairing.redeem(code, 'a')).ok).toBe(true);
    expect((await pairing.redeem(pairing.create('operator').code, 'b')).ok).toBe(true);
  });

  test('many addresses together get no more tries than the limit over all', async () => {
    const { pairing } = setup();
    const { code } = pairing.create('operator');
    for (let i = 0; i < ALL_TRIES; i++) await pairing.redeem(other(code), `peer-${i}`);
    expect(await pairing.redeem(code, 'fresh')).toMatchObject({ ok: false, reason: 'locked' });
  });

  test('the store never sees a token, only its hash', async () => {
    const { clock } = setup();
    const seen: string[] = [];
    const tokens = { role: () => null, add: async (hash: string) => void seen.push(hash) };
    const pairing = createPairing({ nowMs: () => clock.nowMs, randomBytes, tokens });
    const redeemed = await pairing.redeem(pairing.create('operator').code, 'a');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(redeemed.ok && seen[0] !== redeemed.token).toBe(true);
  });
});
