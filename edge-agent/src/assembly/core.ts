import type { AgentConfig, Catalogue, ShowNote } from '@livecue/shared/contract';
import { type Advisor, createAdvisor } from '../advise/advisor.ts';
import { createAnswerDesk, type AnswerDesk } from '../advise/answers/answer-desk.ts';
import { createPipeline, type Pipeline, type PipelinePorts, type PipelineStream } from '../pipeline.ts';
import type { Predictor } from '../ports.ts';
import type { OrderModel } from '../stream/orders/order-judge.ts';
import { createLearner, type Learner } from '../learn/learner.ts';
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
    /** Who chooses among the cards that could come. Absent: the rules' own order. */
    policy?: 'rules' | 'learned';
    /** Which sliding windows `onWindows` reads. Absent: all. */
    readsSliding?: (openMs: number) => boolean;
  },
  ports: Pick<PipelinePorts, 'onWindows' | 'onPrompts' | 'onEvent' | 'onTick'> & {
    /** Decisions that were left to chance, and what followed. Absent: nobody keeps them. */
    onNote?: (note: ShowNote, nowMs: number) => void;
  },
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
    {
      resolveProduct: createProductResolver(catalogue),
      roomOf: () => roomId,
      orderModel: orderModel ?? undefined,
      readsSliding: input.readsSliding,
    },
    config.stream,
  );
  const answers = createAnswerDesk(catalogue);
  const { holdBackShare } = config.advise;
  const learner = createLearner({ policy: input.policy ?? 'rules', holdBackShare });
  const advisor = withLearner(
    createAdvisor(
      // Models change while the agent runs: a card tells those of its moment.
      { catalogue, answers, choose: learner.choose, get modelVersion() { return predictor.version; } },
      config.advise,
    ), // prettier-ignore
    learner,
    ports.onNote ?? (() => undefined),
  );
  const pipeline = createPipeline({ stream, advisor, predictor, answers, roomId, ...ports });
  return { pipeline, stream, advisor, answers, get modelVersion() { return predictor.version; } }; // prettier-ignore
}

/** Advise does not know who learns from it: they meet here, and share a delta so that neither outlives the other. */
function withLearner(advisor: Advisor, learner: Learner, onNote: (note: ShowNote, nowMs: number) => void): Advisor {
  return {
    ...advisor,
    evaluate: (view, named) => {
      const events = advisor.evaluate(view, named);
      for (const note of learner.step(events, view)) onNote(note, view.nowMs);
      return events;
    },
    takeDelta: () => {
      const [own, learned] = [advisor.takeDelta(), learner.takeDelta()];
      return { put: [...own.put, ...learned.put], del: [...own.del, ...learned.del] };
    },
    restore: (state) => {
      advisor.restore(state);
      learner.restore(state);
    },
  };
}
