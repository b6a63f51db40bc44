import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { parseVerifier } from '@livecue/shared/proof';
import { createModelDelivery, DELIVERY_TIMES, type ModelDeliveries } from '../fleet-model/model-delivery.ts';
import type { Delivered, Models } from '../fleet-model/model-ports.ts';
import { openModelsMemory, type OpenedMemory } from '../fleet-model/models-memory.ts';
import { beginServing, startWentWell } from '../fleet-model/serving.ts';
import type { ModelPredictor } from '../inference/model-predictor.ts';
import { openShadowThread } from '../inference/shadow-thread.ts';
import { foldersOf } from '../inference/text-heads.ts';
import type { FleetChannel, PanelBackend } from '../ports.ts';
import { noteCrypto } from '../runtime/note-crypto.ts';
import type { Logger } from '../runtime/logger.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import { MODELS } from './comment-predictor.ts';

/** What was delivered to this data folder before, and which of it this start opens. */
export interface DeliveredModels {
  readonly memory: OpenedMemory;
  readonly folders: { readonly models: string; readonly incoming: string };
  /** In place of the installed ones. */
  readonly delivered: Delivered;
  /** The agent could not be put together for another reason than these models, which did open. */
  notToBlame(): Promise<void>;
}

export async function openDeliveredModels(folder: string, nowMs: () => number): Promise<DeliveredModels> {
  const file = path.join(folder, 'delivered-models.json');
  const disk = new DurableJsonFile(file, 0o600);
  const setAside = () => {
    const kept = `${file}.unreadable-${nowMs()}`;
    if (existsSync(file)) renameSync(file, kept);
    return kept;
  };
  const memory = await openModelsMemory({ read: () => disk.read(), write: (value) => disk.write(value), setAside });
  const folders = { models: path.join(folder, 'models'), incoming: path.join(folder, 'incoming-models') };
  const delivered = await beginServing(memory, folders.models, nowMs());
  return { memory, folders, delivered, notToBlame: () => startWentWell(memory) };
}

/** The models of the agent as a delivery sees them. Null predictor: rules serve, and there is nothing to compare with. */
export function modelsOf(predictor: ModelPredictor | null, version: () => string): Models {
  let knownFall = predictor?.heads.fellBack ?? null;
  let knownLosses = 0;
  const losses = () => predictor?.counts.unanswered['session-broken'] ?? 0;
  return {
    shipped: (task) => path.join(MODELS, task),
    async openTrial(task, folders) {
      if (predictor === null) throw new Error('comments are read by rules alone: reinstall the agent’s own models first');
      return openShadowThread(task, folders);
    },
    async serve(delivered) {
      await predictor?.swap({ ...foldersOf(MODELS), ...delivered });
      knownFall = predictor?.heads.fellBack ?? null;
      knownLosses = losses();
    },
    observe: (listener) => predictor?.observe(listener) ?? (() => undefined),
    fault() {
      const fall = predictor?.heads.fellBack ?? null;
      // The runtime's own words may tell of the comment, and these go to the cloud.
      if (fall !== knownFall && fall !== null) return 'it failed on a comment, which the models before have answered';
      const lost = losses() - knownLosses;
      return lost > 0 ? `${lost} comments got no answer` : null;
    },
    p95Ms: () => predictor?.heads.p95Ms() ?? null,
    version,
  };
} // prettier-ignore

export interface DeliveryPartPorts {
  readonly opened: DeliveredModels;
  readonly models: Models;
  readonly channel: FleetChannel;
  readonly isBetweenShows: () => boolean;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface DeliveryPart {
  readonly deliveries: ModelDeliveries;
  /** The backend, with the verbs of delivered models. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** Models from the cloud side. `fleetKey`: whom they must be signed by; null: none is taken. */
export function createDeliveryPart(
  ports: DeliveryPartPorts,
  facts: { readonly agentId: string; readonly fleetKey: string | null; readonly failedToOpen: string | null },
): DeliveryPart {
  const { opened } = ports;
  const verifier = facts.fleetKey === null ? null : parseVerifier(noteCrypto, facts.fleetKey);
  const config = { ...DELIVERY_TIMES, agentId: facts.agentId, folders: opened.folders, verifier };
  const deliveries = createModelDelivery(ports, config, opened.memory, facts.failedToOpen);
  return {
    deliveries,
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        if (verb === 'models.rollback') await deliveries.rollback();
        return verb === 'models.read' || verb === 'models.rollback'
          ? deliveries.state()
          : backend.call(verb, args, caller);
      },
    }),
  };
}
