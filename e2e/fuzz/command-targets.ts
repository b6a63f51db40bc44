import { DeviceReport, fleetTopics, ModelDelivery, ModelManifest, PANEL_VERBS, PanelMessage, topics } from '@livecue/shared/contract'; // prettier-ignore
import { GOOD_ARGUMENTS } from '../../shared/src/contract/verbs.fixture.ts';
import { createDeviceDesk } from '../../cloud/src/fleet/device-desk.ts';
import { cloudSide, memoryPorts, ownConfig } from '../../edge-agent/src/fleet/testing/cloud-side.ts';
import { openRemoteConfig } from '../../edge-agent/src/fleet/remote-config.ts';
import { RelayedAnswers, RelayedRequests } from '../../edge-agent/src/ingest/webhook-relay.ts';
import { createCallAnswerer } from '../../edge-agent/src/panel/call-answer.ts';
import { parsePress } from '../../edge-agent/src/control/press.ts';
import type { Target } from './fuzz.ts';
import { contract, jsonOf, NOW_MS, text, utf8 } from './target-tools.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** As an admin: what a role may not is refused before anybody looks at its arguments. */
function panelCalls(): Target {
  const faults: string[] = [];
  const answer = createCallAnswerer({
    backend: { state: () => { throw new Error('not asked for'); }, call: async () => ({}) },
    devices: Object.fromEntries(Object.keys(PANEL_VERBS).map((verb) => [verb, () => ({})])) as never,
    logger: { ...quiet, error: (words) => faults.push(words) },
    nowMs: () => NOW_MS,
    // As the audit log does: it writes all arguments down.
    audit: { record: async (call) => JSON.stringify(call).length },
  });
  return {
    name: 'calls of the panel',
    seeds: Object.entries(GOOD_ARGUMENTS).map(([verb, args], id) => utf8(JSON.stringify({ type: 'call', id, verb, args }))),
    async run(input) {
      PanelMessage.parse(await answer(text(input), { device: 'desktop', role: 'admin', name: '' }));
      if (faults.length > 0) throw new Error(faults.splice(0).join('; '));
    },
  };
} // prettier-ignore

const presses: Target = {
  name: 'presses of buttons',
  seeds: ['{"verb":"done","token":"x"}', '{"verb":"preset","value":2,"card":"c1"}', '{"verb":"hold","value":true}'].map(utf8), // prettier-ignore
  run(input) {
    const value = jsonOf(input);
    if (typeof value === 'object' && value !== null) parsePress(value);
  },
};

/** As it comes, and as its owner has signed it: what lies behind the signature is tried too. */
function desiredConfiguration(): Target {
  const cloud = cloudSide();
  let version = 0;
  let remote: Awaited<ReturnType<typeof openRemoteConfig>> | null = null;
  const seeds = [{ settings: { advise: { cardsPer10Min: 2 } }, when: 'now', note: 'x' }, { settings: {} }, { settings: { language: 'en', room: { name: 'a' }, uplink: { kAnonymity: 9 } } }]; // prettier-ignore
  return {
    name: 'configuration from the cloud side',
    seeds: [...seeds.map((seed) => utf8(JSON.stringify(seed))), cloud.signed(1, seeds[0])],
    async run(input) {
      remote ??= await openRemoteConfig(memoryPorts().ports, ownConfig(cloud.verifier));
      await remote.take(input);
      const value = jsonOf(input);
      if (value === undefined) return;
      let signed: Buffer;
      try {
        signed = cloud.signed(++version, value);
      } catch (error) {
        // What nests so deep can be signed by nobody.
        if (error instanceof RangeError) return;
        throw error;
      }
      await remote.take(signed);
      await remote.starting();
      JSON.stringify(remote.report());
    },
  };
}

const DEVICE = utf8(JSON.stringify({ agentId: 'studio-1', online: true }));

const devices: Target = {
  name: 'reports of devices at the receiver',
  seeds: [DEVICE, utf8('{"state":"off"}')],
  async run(payload) {
    const database = { transaction: async () => [] } as never;
    const desk = createDeviceDesk({ database, nowMs: () => NOW_MS, logger: quiet, publish: () => undefined, studioOf: (agentId) => [agentId] }); // prettier-ignore
    for (const topic of [fleetTopics.device('a'), fleetTopics.reportedConfig('a'), fleetTopics.desiredConfig('a'), topics.presence('a')]) desk.take(topic, payload); // prettier-ignore
    await desk.close();
  },
};

const FILE = { name: 'manifest.json', bytes: 100, sha256: 'a'.repeat(64), chunks: ['A'.repeat(43)] };
const DELIVERY = { task: 'intent', modelVersion: 'v5', chunkBytes: 1024, files: [FILE, { ...FILE, name: 'model.onnx' }, { ...FILE, name: 'golden.jsonl' }], canaryMinutes: 1, canaryComments: 100, when: 'now' }; // prettier-ignore

/** Commands of panels, buttons and the cloud side. */
export const COMMAND_TARGETS: readonly Target[] = [
  panelCalls(),
  presses,
  desiredConfiguration(),
  devices,
  contract('model delivery', ModelDelivery, [DELIVERY]),
  contract('manifest of a model', ModelManifest, [{ kind: 'onnx', task: 'intent', version: 'v5', file: 'model.onnx', golden: 'golden.jsonl' }]), // prettier-ignore
  contract('report of a device', DeviceReport, [{ sentMs: NOW_MS }]),
  contract('requests of the relay', RelayedRequests, [{ requests: [{ id: '1', method: 'POST', path: '/hooks/a/b', query: {}, headers: {}, body: 'e30=' }] }]), // prettier-ignore
  contract('answers to the relay', RelayedAnswers, [{ answers: [{ id: '1', status: 200, body: 'ok' }] }]),
];
