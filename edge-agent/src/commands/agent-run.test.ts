import { describe, expect, test } from 'vitest';
import type { AgentConfig } from '@livecue/shared/contract';
import type { Agent } from '../assembly/agent-ports.ts';
import type { FleetControl } from '../assembly/fleet-part.ts';
import { openRemoteConfig } from '../fleet/remote-config.ts';
import type { AgentHealth } from '../fleet/trial.ts';
import { cloudSide, memoryPorts, ownConfig } from '../fleet/testing/cloud-side.ts';
import { runAgents, type OwnSettings } from './agent-run.ts';

const cloud = cloudSide();
const cards = (cardsPer10Min: number, more: object = {}) => ({ settings: { advise: { cardsPer10Min } }, ...more });
const HEALTHY: AgentHealth = { beatMs: 0, store: 'open', panelAnswers: null, events: 0, refused: 0 };

/** Settings that nobody changes. */
const fixedSettings = (own: AgentConfig): OwnSettings => ({
  onTrial: false, errorRatioBefore: null, label: 'settings', starting: async () => own, due: () => false, beginWaiting: async () => false,
  trialBegins: () => undefined, confirm: async () => undefined, rollBack: async () => false, stoppedWell: async () => undefined,
}); // prettier-ignore

interface Scene {
  /** By cards of its configuration: what becomes of an agent. */
  readonly create?: (cards: number) => void;
  readonly start?: (cards: number) => void;
  readonly health?: (cards: number) => Partial<AgentHealth>;
  readonly showRuns?: () => boolean;
  /** Called when an agent runs; it acts as panel or as world. */
  readonly running: (agent: { cards: number; nth: number; control: FleetControl; fail: (error: Error) => void; end: () => void }) => unknown; // prettier-ignore
}

/** Agents that are nothing but their configuration; trials last 120 ms. */
async function play(scene: Scene, document: unknown) {
  const { ports, words } = memoryPorts();
  const real = { ...ports, nowMs: () => Date.now() };
  const remote = await openRemoteConfig(real, ownConfig(cloud.verifier));
  if (document !== null) await remote.take(cloud.signed(1, document));
  const lives: string[] = [];
  const stop = new AbortController();
  let nth = 0;
  const world = new Map<AgentConfig, { control: FleetControl; onFatal: (error: unknown) => void }>();
  const done = runAgents(
    {
      remote: async () => remote,
      settings: fixedSettings(ownConfig(cloud.verifier)),
      nowMs: () => Date.now(),
      logger: ports.logger,
      trialMs: 120,
      async create(config, control, onFatal) {
        const own = config.advise.cardsPer10Min;
        scene.create?.(own);
        world.set(config, { control, onFatal });
        return {
          start: async () => {
            scene.start?.(own);
            lives.push(`start ${own}`);
          },
          stop: async () => void lives.push(`stop ${own}`),
          health: async () => ({ ...HEALTHY, beatMs: Date.now(), ...scene.health?.(own) }),
          showRuns: scene.showRuns ?? (() => false),
        } as unknown as Agent;
      },
      async live(_agent, config, signal) {
        const { control, onFatal } = world.get(config)!;
        scene.running({ cards: config.advise.cardsPer10Min, nth: ++nth, control, fail: onFatal, end: () => stop.abort(new Error('SIGTERM')) }); // prettier-ignore
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
    },
    stop.signal,
  );
  return { done, remote, lives, words, stop };
}

describe('agents one after the other', () => {
  test('a staged version gets an agent of its own as soon as no show runs, and is applied when it is well', async () => {
    let show = true;
    const { done, remote, lives, stop } = await play({ running: ({ nth }) => void (nth === 1 && setTimeout(() => (show = false), 1_500)), showRuns: () => show }, cards(2)); // prettier-ignore
    await expect.poll(() => remote.report().state).toBe('applied');
    expect(lives).toEqual(['start 4', 'stop 4', 'start 2']);
    stop.abort();
    await done;
    expect(lives.at(-1)).toBe('stop 2');
  });

  test('one that cannot start, at any stage, gives way to the configuration before', async () => {
    for (const stage of ['create', 'start'] as const) {
      const refuse = (own: number) => {
        if (own === 2) throw new Error('this cannot be');
      };
      const { done, remote, lives } = await play({ [stage]: refuse, running: ({ cards: own, nth, end }) => void (own === 4 && nth > 1 && end()) }, cards(2, { when: 'now' })); // prettier-ignore
      await done;
      expect(lives.filter((one) => one !== 'stop 2')).toEqual(['start 4', 'stop 4', 'start 4', 'stop 4']);
      expect(remote.report()).toMatchObject({ state: 'rolled-back', version: 1, inForce: null, reason: 'the agent could not start: this cannot be' }); // prettier-ignore
    }
  });

  test('one that fails or is not well while on trial gives way; one that has proved itself ends the process', async () => {
    const failing = await play({ running: ({ cards: own, nth, fail, end }) => void (own === 2 ? fail(new Error('broken')) : nth > 1 && end()) }, cards(2)); // prettier-ignore
    await failing.done;
    expect(failing.remote.report()).toMatchObject({ state: 'rolled-back', inForce: null, reason: 'the agent failed: broken' }); // prettier-ignore
    const unwell = await play({ health: (own) => (own === 2 ? { events: 100, refused: 60 } : {}), running: ({ cards: own, nth, end }) => void (own === 4 && nth > 1 && end()) }, cards(2)); // prettier-ignore
    await unwell.done;
    expect(unwell.remote.report()).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('60.0 % of the events') }); // prettier-ignore
    const proved = await play({ running: ({ fail }) => fail(new Error('a bug')) }, null);
    await expect(proved.done).rejects.toThrow('a bug');
  });

  test('the operator applies it in a show, and goes back', async () => {
    const { done, remote, lives } = await play({
      showRuns: () => true,
      async running({ nth, control, end }) {
        if (nth === 1) expect(await control.apply()).toBe(true);
        if (nth === 2) expect(await control.back()).toBe(true);
        if (nth === 3) {
          expect([await control.apply(), await control.back()]).toEqual([false, false]);
          end();
        }
      },
    }, cards(2)); // prettier-ignore
    await done;
    expect(lives).toEqual(['start 4', 'stop 4', 'start 2', 'stop 2', 'start 4', 'stop 4']);
    expect(remote.report()).toMatchObject({ state: 'rolled-back', inForce: null, reason: 'by the operator' });
  });

  test('an end in good order during a trial is no failed start', async () => {
    const { done, remote } = await play({ running: ({ cards: own, end }) => void (own === 2 && end()) }, cards(2));
    await done;
    expect(remote.onTrial).toBe(true);
    for (let n = 0; n < 2; n++) expect((await remote.starting()).advise.cardsPer10Min).toBe(2);
  });
});
