import { fileURLToPath } from 'node:url';
import type { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { createAdvisor } from '../advise/advisor.ts';
import { createProductLinker } from '../inference/product-linker.ts';
import { openRulePredictor } from '../inference/rule-predictor.ts';
import {
  createPipeline,
  type Pipeline,
  type PipelineAdvisor,
  type PipelinePorts,
  type PipelineStream,
} from '../pipeline.ts';
import { createStream } from '../stream/stream.ts';
import { createProductResolver } from './product-resolver.ts';

const INTENT_MODEL = fileURLToPath(new URL('../../../models/intent', import.meta.url));

/** Stops 3 to 6 joined: the same for the live agent and a replay. */
export function createCore(
  input: { config: AgentConfig; catalogue: Catalogue },
  ports: Pick<PipelinePorts, 'onWindows' | 'onPrompts' | 'onEvent'>,
): {
  pipeline: Pipeline;
  stream: ReturnType<typeof createStream> & PipelineStream;
  advisor: PipelineAdvisor;
  modelVersion: string;
} {
  const { config, catalogue } = input;
  const roomId = config.room.id;
  const predictor = openRulePredictor(INTENT_MODEL, createProductLinker(catalogue));
  const stream = createStream(
    { resolveProduct: createProductResolver(catalogue), roomOf: () => roomId },
    config.stream,
  );
  const advisor = createAdvisor({ catalogue, modelVersion: predictor.version }, config.advise);
  const pipeline = createPipeline({ stream, advisor, predictor, roomId, ...ports });
  return { pipeline, stream, advisor, modelVersion: predictor.version };
}
