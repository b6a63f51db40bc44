import type { PanelVerb, ShowLogEntryOf } from '@livecue/shared/contract';
import type { AnswerRow } from '@livecue/shared/contract';
import type { HostPrompt, Stage } from '@livecue/shared/prompt';
import type { PanelBackend } from '../ports.ts';

type Action = Omit<ShowLogEntryOf<'action'>, 'showId' | 'atMs' | 'kind'>;

/** What the host or the operator decides, as opposed to what a panel reads or an operator teaches. */
const RECORDED: ReadonlySet<PanelVerb> = new Set([
  'prompt.done', 'prompt.snooze', 'prompt.mute', 'prompt.veto', 'prompt.show', 'cues.control', 'message.send',
  'message.clear', 'offer.propose', 'answers.close',
]); // prettier-ignore

export interface ActionPorts {
  readonly stage: () => Stage;
  readonly answers: () => readonly Pick<AnswerRow, 'answerId' | 'productId' | 'intent'>[];
  readonly note: (action: Action) => void;
}

/** The backend, with a note in the show's record of each call that did something. */
export function recordingActions<B extends PanelBackend>(backend: B, ports: ActionPorts): B {
  return {
    ...backend,
    async call(verb, args, caller) {
      if (!RECORDED.has(verb)) return backend.call(verb, args, caller);
      const action = actionOf(verb, args as Record<string, unknown>, ports);
      const result = await backend.call(verb, args, caller);
      if (didSomething(result)) ports.note(action);
      return result;
    },
  };
}

/** Looked up before the call: a closed row or card is gone after it. */
function actionOf(verb: PanelVerb, args: Record<string, unknown>, ports: ActionPorts): Action {
  const promptId = textOf(args['promptId']);
  const row = verb === 'answers.close' ? ports.answers().find(({ answerId }) => answerId === args['answerId']) : undefined; // prettier-ignore
  const productId = row?.productId ?? textOf(args['productId']) ?? cardOf(ports.stage(), promptId)?.productId ?? null;
  const values = Object.fromEntries(
    Object.entries(args).filter((one): one is [string, number | boolean] => ['number', 'boolean'].includes(typeof one[1])),
  ); // prettier-ignore
  return { verb, promptId, productId, intent: row?.intent ?? null, values };
}

function cardOf({ active, next, queued }: Stage, promptId: string | null): HostPrompt | undefined {
  return [active, ...next, ...queued].find((card) => card?.promptId === promptId) ?? undefined;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Verbs that may come to nothing say so: a card that was gone, a proposal that a guard refused. */
function didSomething(result: unknown): boolean {
  const { closed, shown, cleared, promptId } = result as Record<string, unknown>;
  return closed !== false && shown !== false && cleared !== 0 && promptId !== null;
}
