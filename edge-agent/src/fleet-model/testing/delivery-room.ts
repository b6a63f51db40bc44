import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { ModelDelivery } from '@livecue/shared/contract';
import { publish, startRig, type Box, type PaperModels, type Rig } from './delivery-rig.ts';
import { createMemoryBroker, type MemoryBroker } from './memory-broker.ts';
import { createFleetKey, deliveryOf, paperModel } from './signed-delivery.ts';

/** A folder, a broker and the rigs of each test of a file, and what they are told and asked. */
export function deliveryRoom() {
  const key = createFleetKey();
  let box: Box;
  let broker: MemoryBroker;
  let rigs: Rig[] = [];

  beforeEach(() => {
    box = { folder: mkdtempSync(join(tmpdir(), 'livecue-delivery-')), stored: null };
    broker = createMemoryBroker();
  });
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.deliveries.stop();
    rmSync(box.folder, { recursive: true });
  });

  const start = async (over: { openFault?: string; models?: PaperModels } = {}) => {
    const rig = await startRig(box, broker, key, over);
    rigs.push(rig);
    return rig;
  };
  const kill = async (rig: Rig) => {
    await rig.kill();
    rigs = rigs.filter((one) => one !== rig);
  };
  const send = (version: number, name = `intent-${version}`, over: Partial<ModelDelivery> = {}, task: 'intent' | 'spam' = 'intent') => {
    const files = paperModel(task, name);
    publish(broker, key, version, deliveryOf(task, name, files, over), files);
  }; // prettier-ignore
  const state = (rig: Rig, task: 'intent' | 'spam' = 'intent') => rig.reported(task)?.state ?? null;
  const reaches = (rig: Rig, wanted: string, task: 'intent' | 'spam' = 'intent') => expect.poll(() => state(rig, task)).toBe(wanted); // prettier-ignore
  /** Comments come until the trial is over. */
  const comments = async (rig: Rig, until: () => boolean) => {
    await expect.poll(() => {
      rig.clock.nowMs += 1_000;
      rig.models.say(10);
      return until();
    }, { interval: 2 }).toBe(true);
  }; // prettier-ignore
  const goesLive = async (rig: Rig, version: number, task: 'intent' | 'spam' = 'intent') => {
    await reaches(rig, 'canary', task);
    await comments(rig, () => state(rig, task) === 'live');
    expect(rig.models.served[task]).toBe(join(box.folder, 'models', task, String(version)));
  };
  const isWatched = (rig: Rig) => rig.reported('intent')?.untilMs !== null;
  const watchEnds = async (rig: Rig) => {
    rig.clock.nowMs += 600_000;
    await expect.poll(() => isWatched(rig)).toBe(false);
  };

  return {
    key,
    get box() {
      return box;
    },
    get broker() {
      return broker;
    },
    start, kill, send, state, reaches, comments, goesLive, isWatched, watchEnds,
  }; // prettier-ignore
}
