import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, checkpointText, EMPTY_FRONTIER, inclusionPath, leafHash, openNote, parseCheckpoint, parseVerifier, rootOf, rootOfPath, sameBytes, signNote, verifierText, type Frontier, type NoteCrypto } from './index.ts'; // prettier-ignore

const sha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest());
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const crypto: NoteCrypto = {
  sha256,
  utf8: (text) => new TextEncoder().encode(text),
  toBase64: (bytes) => Buffer.from(bytes).toString('base64'),
  fromBase64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
  },
  verify: (key, message, signature) =>
    verify(null, message, createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }), signature),
};

// The leaves and roots of the test vectors that implementations of RFC 6962 share.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesOf = (texts: readonly string[]) => texts.map((text) => leafHash(sha256, Buffer.from(text, 'hex')));
const frontierOf = (leaves: readonly Uint8Array[]) =>
  leaves.reduce((frontier: Frontier, leaf) => append(sha256, frontier, leaf), EMPTY_FRONTIER);

describe('the Merkle tree of RFC 6962', () => {
  test('has the known roots, and that of nothing is the hash of nothing', () => {
    expect(hex(rootOf(sha256, EMPTY_FRONTIER))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    const leaves = leavesOf(LEAVES);
    expect(ROOTS.map((_, n) => hex(rootOf(sha256, frontierOf(leaves.slice(0, n + 1)))))).toEqual(ROOTS);
  });

  test('gives the known audit paths', () => {
    const path = (index: number, size: number) =>
      inclusionPath(sha256, leavesOf(LEAVES.slice(0, size)), index).map(hex);
    expect(path(0, 1)).toEqual([]);
    expect(path(0, 8)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(path(5, 8)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(path(2, 3)).toEqual(['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']);
    expect(() => path(3, 3)).toThrow(RangeError);
  });

  test('proves every leaf of every size, and none that was changed, moved or given another path', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, pick, other) => {
        const leaves = Array.from({ length: size }, (_, n) => leafHash(sha256, Uint8Array.of(n)));
        const root = rootOf(sha256, frontierOf(leaves));
        const [index, wrong] = [pick % size, other % size];
        const path = inclusionPath(sha256, leaves, index);
        const proves = (leaf: Uint8Array, at: number, n: number, hashes: Uint8Array[]) => {
          const found = rootOfPath(sha256, leaf, at, n, hashes);
          return found !== null && sameBytes(found, root);
        };
        expect(proves(leaves[index]!, index, size, path)).toBe(true);
        expect(proves(leafHash(sha256, Uint8Array.of(index, 1)), index, size, path)).toBe(false);
        if (wrong !== index) expect(proves(leaves[index]!, wrong, size, path)).toBe(false);
        expect(proves(leaves[index]!, index, size, [...path, root])).toBe(false);
        if (path.length > 0) expect(proves(leaves[index]!, index, size, path.slice(1))).toBe(false);
        expect(proves(leaves[index]!, size, size, path)).toBe(false);
      }),
    );
  });
});

// The key and note of the reference implementation's own tests (golang.org/x/mod/sumdb/note).
const VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('signed notes', () => {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, SEED]), format: 'der', type: 'pkcs8' });
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length));
  const peter = {
    name: 'PeterNeumann',
    publicKey,
    sign: (message: Uint8Array) => new Uint8Array(sign(null, message, key)),
  };

  test('are the reference note byte for byte, and its key reads as itself', () => {
    expect(signNote(crypto, TEXT, peter)).toBe(NOTE);
    expect(verifierText(crypto, 'PeterNeumann', publicKey)).toBe(VKEY);
    expect(openNote(crypto, NOTE, parseVerifier(crypto, VKEY)!)).toBe(TEXT);
  });

  test('open for no changed byte, and keys that do not fit themselves are none', () => {
    const verifier = parseVerifier(crypto, VKEY)!;
    for (let at = 0; at < NOTE.length; at++) {
      const changed = NOTE.slice(0, at) + String.fromCodePoint(NOTE.codePointAt(at)! ^ 1) + NOTE.slice(at + 1);
      expect([at, openNote(crypto, changed, verifier)]).toEqual([at, null]);
    }
    for (let at = 0; at < VKEY.length; at++) {
      const changed = VKEY.slice(0, at) + String.fromCodePoint(VKEY.codePointAt(at)! + 1) + VKEY.slice(at + 1);
      expect(parseVerifier(crypto, changed)).toBe(null);
    }
  });

  test('of others are passed over, and do not count', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const stranger = {
      name: 'PeterNeumann',
      publicKey: new Uint8Array(32).fill(7),
      sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
    };
    const theirs = signNote(crypto, TEXT, stranger);
    const verifier = parseVerifier(crypto, VKEY)!;
    expect(openNote(crypto, theirs, verifier)).toBe(null);
    expect(openNote(crypto, theirs + NOTE.slice(TEXT.length + 1), verifier)).toBe(TEXT);
  });

  test('hold checkpoints of origin, size and root', () => {
    const root = sha256(new Uint8Array());
    const text = checkpointText(crypto, { origin: 'livecue/studio-1/7', size: 42, root });
    expect(text).toBe('livecue/studio-1/7\n42\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    expect(parseCheckpoint(crypto, text)).toEqual({ origin: 'livecue/studio-1/7', size: 42, root });
    for (const bad of ['', 'x\n1\n', 'x\n01\n' + crypto.toBase64(root), 'x\n1\nAAAA\n', `\n1\n${crypto.toBase64(root)}\n`]) expect(parseCheckpoint(crypto, bad)).toBe(null); // prettier-ignore
  });
});
