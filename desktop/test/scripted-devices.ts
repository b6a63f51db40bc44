/** The studio of the scripted room: this device, three more as the receiver tells them, one of them gone. */
import type { ConfigReport, DeviceReport, DeviceRow, PanelResult } from '@livecue/shared/contract';

export interface ScriptedDevices {
  change(part: Partial<PanelResult<'fleet.read'>>): void;
  /** Undefined: another verb. */
  call(verb: string): unknown;
}

const HASH = '5d41402abc4b2a76b9719d911017c592ae2f1c7d7d4f4ad0d1b1a2f7f8c0e1aa';

export function createScriptedDevices(nowMs: () => number): ScriptedDevices {
  const report = (part: Partial<DeviceReport>): DeviceReport => ({
    sentMs: nowMs(), version: '0.1.0', startedMs: nowMs() - 4_327_000, mode: 'live', feedAgeMs: 400, eventsPerSecond: 118.4, commentsPerSecond: 31.2,
    modelP95Ms: 2.34, cpuShare: 0.31, rssBytes: 412_000_000, freeDiskBytes: 182_000_000_000, queued: 12, outbox: 3, clock: { offsetMs: 3.5, delayMs: 18 },
    lastSyncMs: nowMs() - 2_000, obs: 'open', configVersion: 7, modelVersion: 'intent-5', ...part,
  }); // prettier-ignore
  const config = (part: Partial<ConfigReport>): ConfigReport => ({
    state: 'applied', version: 7, inForce: 7, before: 6, seen: 7, when: null, note: '', reason: null, ignored: null,
    atMs: nowMs() - 600_000, trialUntilMs: null, hash: HASH, drift: [], ...part,
  }); // prettier-ignore
  const row = (agentId: string, ageMs: number, part: Partial<DeviceReport>, own: Partial<ConfigReport>, online = true): DeviceRow => ({
    agentId, online, receivedMs: nowMs() - ageMs, report: report(part), config: config(own), desired: 8,
  }); // prettier-ignore
  let part: Partial<PanelResult<'fleet.read'>> = {};
  return {
    change: (next) => (part = { ...part, ...next }),
    call(verb) {
      if (verb === 'fleet.apply' || verb === 'fleet.back') return { begun: true };
      if (verb !== 'fleet.read') return undefined;
      return {
        agentId: 'studio-1', own: report({}), connected: true, problem: null, toldMs: nowMs() - 9_000,
        config: config({ state: 'staged', version: 8, seen: 8, when: 'between-shows', note: '周末两场：提示放慢一些', drift: ['advise.cardsPer10Min'] }),
        others: [
          row('studio-2', 12_000, { feedAgeMs: 22_000, eventsPerSecond: 0, commentsPerSecond: 0, cpuShare: 0.08, obs: 'waiting', configVersion: 8 }, { state: 'on-trial', version: 8, inForce: 8, trialUntilMs: nowMs() + 41_000 }),
          row('studio-3', 8_000, { clock: { offsetMs: -4_210, delayMs: 24 }, freeDiskBytes: 1_900_000_000, cpuShare: 1.42, outbox: 18_204, lastSyncMs: nowMs() - 3_900_000 }, { state: 'rolled-back', version: 8, reason: '61.0 % of the events are refused or too late, 0.2 % before' }),
          row('studio-4', 7_200_000, { mode: 'simulated', obs: undefined, configVersion: null, modelP95Ms: null, clock: null }, { state: 'off', version: null, inForce: null, before: null, seen: 0 }, false),
        ],
        ...part,
      };
    },
  };
} // prettier-ignore
