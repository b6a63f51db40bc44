import type { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { type Advisor, createAdvisor } from '../advise/advisor.ts';
import { createAnswerDesk, type AnswerDesk } from '../advise/answers/answer-desk.ts';
import { createPipeline, type Pipeline, type PipelinePorts, type PipelineStream } from '../pipeline.ts';
import type { Predictor } from '../ports.ts';
import type { OrderModel } from '../stream/orders/order-judge.ts';
import { createStream } from '../stream/stream.ts';
import { createProductResolver } from './product-resolver.ts';

/** Stops 3 to 6 joined: the same for the live agent and a replay. */
export function createCore(
  input: {
    config: AgentConfig;
    catalogue: Catalogue;
    predictor: Predictor;
    /** Null: no model of orders could be opened, and no order is judged. */
    orderModel: OrderModel | null;
  },
  ports: Pick<PipelinePorts, 'onWindows' | 'onPrompts' | 'onEvent' | 'onTick'>,
): {
  pipeline: Pipeline;
  stream: ReturnType<typeof createStream> & PipelineStream;
  advisor: Advisor;
  answers: AnswerDesk;
  modelVersion: string;
} {
  const { config, catalogue, predictor, orderModel } = input;
  const roomId = config.room.id;
  const stream = createStream(
    { resolveProduct: createProductResolver(catalogue), roomOf: () => roomId, orderModel: orderModel ?? undefined },
    config.stream,
  );
  const answers = createAnswerDesk(catalogue);
  const advisor = createAdvisor({ catalogue, modelVersion: predictor.version, answers }, config.advise);
  const pipeline = createPipeline({ stream, advisor, predictor, answers, roomId, ...ports });
  return { pipeline, stream, advisor, answers, modelVersion: predictor.version };
}
