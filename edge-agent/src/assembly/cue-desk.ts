import {
  type AgentConfig,
  messageWords,
  type PanelResult,
  type PanelVerb,
  type PANEL_VERBS,
} from '@livecue/shared/contract';
import type { Stage } from '@livecue/shared/prompt';
import type * as z from 'zod';
import type { Advisor } from '../advise/advisor.ts';
import type { AnswerDesk } from '../advise/answers/answer-desk.ts';
import { offersOfDay } from '../advise/cue-state.ts';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { Pipeline } from '../pipeline.ts';
import type { RoomView } from '../ports.ts';

type Parsed<V extends PanelVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;

export interface CueDeskPorts {
  readonly advisor: Pick<
    Advisor,
    'say' | 'propose' | 'clearOwn' | 'send' | 'whyQueued' | 'answered' | 'stage' | 'cues'
  >;
  readonly pipeline: Pick<Pipeline, 'tick'>;
  readonly answers: Pick<AnswerDesk, 'close'>;
  readonly view: () => RoomView;
  readonly nowMs: () => number;
}

/** What the operator does with cues: his own messages and offers, cards of his queue, answers that he gave. */
export interface CueDesk {
  presets(): PanelResult<'message.presets'>;
  send(args: Parsed<'message.send'>): PanelResult<'message.send'>;
  clear(): PanelResult<'message.clear'>;
  show(promptId: string): PanelResult<'prompt.show'>;
  offers(): PanelResult<'offers.read'>;
  propose(args: Parsed<'offer.propose'>): PanelResult<'offer.propose'>;
  closeAnswer(args: Parsed<'answers.close'>): PanelResult<'answers.close'>;
}

export function createCueDesk(ports: CueDeskPorts, config: Pick<AgentConfig['advise'], 'presets'>): CueDesk {
  const { advisor, nowMs } = ports;
  /** Asks the rules at once: what the operator did shows with the answer to his call. */
  const decide = (): Stage => {
    ports.pipeline.tick(nowMs());
    return advisor.stage();
  };
  const cardOf = ({ active, next, queued }: Stage, key: string) =>
    [active, ...next, ...queued].find((card) => card?.key === key)?.promptId ?? null;

  return {
    presets: () => ({ presets: config.presets }),
    send: ({ text, presetId, priority }) => {
      const preset = config.presets.find(({ id }) => id === presetId);
      const message = text === undefined ? preset : { text };
      if (message === undefined)
        throw new PanelCallError('not-found', `message.send: there is no preset ${JSON.stringify(presetId)}; message.presets lists them.`); // prettier-ignore
      const key = advisor.say(messageWords(message), priority, nowMs());
      const promptId = cardOf(decide(), key);
      if (promptId !== null) return { promptId };
      advisor.clearOwn();
      throw new PanelCallError('bad-request', 'message.send: cues are switched off, so no card reaches the host; switch them on first.'); // prettier-ignore
    },
    clear: () => {
      const cleared = advisor.clearOwn();
      decide();
      return { cleared };
    },
    show: (promptId) => {
      if (!advisor.send(promptId))
        throw new PanelCallError('not-found', 'prompt.show: no card with this id waits in the queue.');
      const { active, next } = decide();
      const shown = [active, ...next].some((card) => card?.promptId === promptId);
      return { shown, reason: shown ? null : advisor.whyQueued(promptId) };
    },
    offers: () => ({ offers: offersOfDay(ports.view()), budget: advisor.cues(ports.view()).offers.budget }),
    propose: ({ productId, price, quantity }) => {
      const made = advisor.propose(productId, { price, quantity }, ports.view());
      if ('refusals' in made) return { promptId: null, refusals: made.refusals };
      return { promptId: cardOf(decide(), made.key), refusals: [] };
    },
    closeAnswer: ({ answerId, given }) => {
      const row = ports.answers.close(answerId);
      if (row !== null && given) {
        advisor.answered(row.productId, row.intent, nowMs());
        decide();
      }
      return { closed: row !== null };
    },
  };
} // prettier-ignore
