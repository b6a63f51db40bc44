/** The cloud side of a test: a key of its own, documents signed with it, and a state file in memory. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { AgentConfig, configOrigin } from '@livecue/shared/contract';
import { signDocument, verifierText } from '@livecue/shared/proof';
import { noteCrypto } from '../../runtime/note-crypto.ts';
import type { RemoteConfigPorts } from '../remote-config.ts';

export function cloudSide(name = 'livecue-fleet') {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const signer = { name, publicKey: raw, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) }; // prettier-ignore
  return {
    verifier: verifierText(noteCrypto, name, raw),
    /** As it stands on the broker. `document` may be anything: what agents do with it is the test. */
    signed(version: number, document: unknown, agentId = 'studio-1'): Buffer {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      return Buffer.from(JSON.stringify(signDocument(noteCrypto, signer, { origin: configOrigin(agentId), version, text }))); // prettier-ignore
    },
  };
}

export const ownConfig = (fleetKey: string | null, more: object = {}): AgentConfig => AgentConfig.parse({ agentId: 'studio-1', uplink: { fleetKey }, ...more }); // prettier-ignore

export function memoryPorts() {
  const disk = { value: null as unknown, full: false, aside: 0 };
  const words: string[] = [];
  const note = (text: string) => void words.push(text);
  const clock = { nowMs: 1_777_593_600_000 };
  const ports: RemoteConfigPorts = {
    file: {
      read: async () => structuredClone(disk.value),
      async write(value) {
        if (disk.full) throw new Error('no space left on device');
        disk.value = structuredClone(value);
      },
      setAside: () => `kept-${++disk.aside}`,
    },
    nowMs: () => clock.nowMs,
    logger: { debug: note, info: note, warn: note, error: note },
  };
  return { ports, disk, words, clock };
}
