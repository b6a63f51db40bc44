import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { append, checkpointText, EMPTY_FRONTIER, faultOf, originOf, rootOf, signNote, verifierText, type Frontier } from '@livecue/shared/proof'; // prettier-ignore
import { openDatabase, type Database } from './database.ts';
import { noteCrypto as crypto } from './note-crypto.ts';
import { checkCheckpoint, noteKey, proveRecord } from './proof-store.ts';
import { leafOf, type ReceivedRecord } from './record-message.ts';
import { readAcks, writeRecords } from './record-store.ts';

const NOW_MS = 1_777_593_600_000;
const AGENT = 'studio-1';
const EPOCH = 3;

/** An agent's key, and the checkpoint that it signs over its first `size` payloads from what was verified before. */
function agent(name = `livecue-${AGENT}`) {
  const { privateKey, publicKey: key } = generateKeyPairSync('ed25519');
  const publicKey = new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url'));
  const signer = { name, publicKey, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) };
  const grow = (from: Frontier, payloads: readonly string[]) =>
    payloads.reduce((frontier, payload) => append(crypto.sha256, frontier, leafOf(payload)), from);
  return {
    verifier: verifierText(crypto, name, publicKey),
    checkpoint(payloads: readonly string[], size: number, from = 0, origin = originOf(AGENT, EPOCH)) {
      const before = grow(EMPTY_FRONTIER, payloads.slice(0, from));
      const told = payloads.slice(from, size);
      const after = grow(before, told);
      const note = signNote(crypto, checkpointText(crypto, { origin, size: after.size, root: rootOf(crypto.sha256, after) }), signer); // prettier-ignore
      return JSON.stringify({ epoch: EPOCH, from, roots: before.roots.map(crypto.toBase64), leaves: crypto.toBase64(Buffer.concat(told.map(leafOf))), note }); // prettier-ignore
    },
  };
}

const payloadOf = (n: number) => JSON.stringify({ kind: 'prompt', roomId: 'main', promptId: `card-${n}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: NOW_MS, revision: 0, outcome: null, closedMs: null }); // prettier-ignore
const payloads = Array.from({ length: 40 }, (_, n) => payloadOf(n + 1));
const record = (seq: number, payload: string): ReceivedRecord => ({ ok: true, agentId: AGENT, epoch: EPOCH, seq, body: JSON.parse(payload), payload }); // prettier-ignore

describe('records against the agent’s signed checkpoints', () => {
  let own: Database;
  beforeAll(async () => {
    own = await openDatabase(null);
  });
  afterAll(() => own.close());
  beforeEach(async () => {
    for (const table of ['agent_streams', 'record_log', 'agent_keys', 'checkpoints', 'findings', 'prompt_rows', 'dead_letter'])
      await own.query(`DELETE FROM ${table}`);
  }); // prettier-ignore

  const store = (came: readonly string[]) => writeRecords(own, came.map((payload, n) => record(n + 1, payload)), NOW_MS); // prettier-ignore
  const check = (payload: string) => checkCheckpoint(own, AGENT, payload, NOW_MS);
  const proof = async () => (await readAcks(own))[0]?.[1].proof;
  const findings = async () => (await own.query('SELECT seq, what FROM findings ORDER BY seq, what')).map((row) => [Number(row['seq']), row['what']]); // prettier-ignore

  test('that are what was written are verified, checkpoint after checkpoint, and the agent is told', async () => {
    const studio = agent();
    await store(payloads);
    expect(await proof()).toBeUndefined();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    expect(await proof()).toEqual({ verified: 0, broken: null });
    expect(await check(studio.checkpoint(payloads, 17))).toBe(true);
    expect(await proof()).toEqual({ verified: 17, broken: null });
    // Told again from the start, and from where it was verified.
    expect(await check(studio.checkpoint(payloads, 17))).toBe(true);
    expect(await check(studio.checkpoint(payloads, 25))).toBe(true);
    expect(await check(studio.checkpoint(payloads, 40, 25))).toBe(true);
    expect(await proof()).toEqual({ verified: 40, broken: null });
    expect(await findings()).toEqual([]);
  });

  test('that have not all come yet wait', async () => {
    const studio = agent();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    await store(payloads.slice(0, 10));
    expect(await check(studio.checkpoint(payloads, 11))).toBe(false);
    expect([await proof(), await findings()]).toEqual([{ verified: 0, broken: null }, []]);
  });

  test.each([
    ['a flipped byte', (came: string[]) => void (came[4] = came[4]!.replace('main', 'maim')), [[5, 'altered']]],
    ['two that changed places', (came: string[]) => void ([came[2], came[7]] = [came[7]!, came[2]!]), [[3, 'reordered'], [8, 'reordered']]],
    ['one put in place of another', (came: string[]) => void (came[9] = payloadOf(999)), [[10, 'altered']]],
  ] as [string, (came: string[]) => void, unknown][])('%s is found and named, and what comes after is verified', async (_words, tamper, expected) => {
    const studio = agent();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    const came = [...payloads];
    tamper(came);
    await store(came);
    await check(studio.checkpoint(payloads, 20));
    await check(studio.checkpoint(payloads, 40, 20));
    expect(await findings()).toEqual(expected);
    const told = await proof();
    expect(told!.verified).toBe(40);
    const [seq, what] = (expected as [number, string][])[0]!;
    expect(told).toMatchObject({ broken: expect.stringContaining(`record ${seq}`), finding: { what, seq } });
  }); // prettier-ignore

  test('one that was dropped is found and named', async () => {
    const studio = agent();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    await store(payloads);
    await own.query('DELETE FROM record_log WHERE seq = 12');
    await check(studio.checkpoint(payloads, 40));
    expect(await findings()).toEqual([[12, 'dropped']]);
  });

  test('one that comes again with another content is found, and the first stands', async () => {
    await store(payloads);
    await writeRecords(own, [record(6, payloads[5]!), record(7, payloadOf(700)), record(8, payloads[7]!)], NOW_MS);
    expect(await findings()).toEqual([[7, 'resent-altered']]);
    expect((await own.query('SELECT payload FROM record_log WHERE seq = 7'))[0]!['payload']).toBe(payloads[6]);
  });

  test('a second history under the same key is found as a fork', async () => {
    const studio = agent();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    await store(payloads);
    await check(studio.checkpoint(payloads, 20));
    const other = payloads.with(3, payloadOf(400));
    expect(await check(studio.checkpoint(other, 20))).toBe(true);
    await check(studio.checkpoint(other, 30));
    expect(await findings()).toEqual([[20, 'forked']]);
    expect((await proof())!.broken).toMatch(/fork|different roots|does not continue/);
  });

  test('checkpoints of another key, another tree, or with other leaves than their root count for nothing', async () => {
    const [studio, stranger] = [agent(), agent()];
    await store(payloads);
    // Overtaken by its own key: it comes again, and nobody has done wrong.
    expect(await check(studio.checkpoint(payloads, 20))).toBe(false);
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    await check(stranger.checkpoint(payloads, 20));
    await check(studio.checkpoint(payloads, 20, 0, originOf('studio-2', EPOCH)));
    const wrong = JSON.parse(studio.checkpoint(payloads, 20)) as { leaves: string };
    await check(JSON.stringify({ ...wrong, leaves: wrong.leaves.replace(/^..../, 'AAAA') }));
    for (const nonsense of ['', '{}', '{"epoch":3,"from":5,"roots":[],"leaves":"","note":""}', 'null']) expect(await check(nonsense)).toBe(false); // prettier-ignore
    expect((await findings()).map(([, what]) => what)).toEqual(['wrong-checkpoint', 'wrong-checkpoint']);
    expect((await proof())!.verified).toBe(0);
    await noteKey(own, AGENT, stranger.verifier, NOW_MS);
    expect((await findings()).map(([, what]) => what)).toContain('wrong-key');
    await check(studio.checkpoint(payloads, 40));
    expect((await proof())!.verified).toBe(40);
  });

  test('each can be proven to somebody without the database, and nothing else can', async () => {
    const studio = agent();
    await noteKey(own, AGENT, studio.verifier, NOW_MS);
    await store(payloads);
    await expect(proveRecord(own, AGENT, EPOCH, 9)).rejects.toThrow(/no signed checkpoint/);
    await check(studio.checkpoint(payloads, 23));
    await check(studio.checkpoint(payloads, 40, 23));
    for (const seq of [1, 9, 23, 24, 40]) {
      const bundle = await proveRecord(own, AGENT, EPOCH, seq);
      expect(bundle.payload).toBe(payloads[seq - 1]);
      expect(faultOf(crypto, bundle, studio.verifier)).toBe(null);
      expect(faultOf(crypto, { ...bundle, payload: payloadOf(77) }, studio.verifier)).toContain('changed');
      expect(faultOf(crypto, { ...bundle, seq: (seq % 40) + 1 }, studio.verifier)).not.toBe(null);
      expect(faultOf(crypto, { ...bundle, agentId: 'studio-2' }, studio.verifier)).toContain('another tree');
      expect(faultOf(crypto, bundle, agent().verifier)).toContain('not signed');
    }
    await own.query('DELETE FROM record_log WHERE seq = 2');
    await expect(proveRecord(own, AGENT, EPOCH, 9)).rejects.toThrow(/1 of the 23 records/);
  });
});
