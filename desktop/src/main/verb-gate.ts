import { PANEL_VERBS, type PanelMessage, type PanelVerb } from '@livecue/shared/contract';
import type { AgentLink } from './agent-link.ts';

/** The page's own origin; nothing else in the application has a word to say. */
export const PAGE_SCHEME = 'livecue';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://panel`;

/** Who calls: the URL of the frame, and whether it is the top frame of one of our windows. */
export interface Sender {
  readonly url: string;
  readonly topFrameOfOurs: boolean;
}

/** One channel a verb: `panel:prompt.done`. */
export const channelOf = (verb: PanelVerb) => `panel:${verb}`;
export const STATE_CHANNEL = 'panel:state';

const refuse = (code: 'not-paired' | 'bad-request', message: string): PanelMessage => ({
  type: 'error',
  id: null,
  code,
  message,
});

export function isPage(sender: Sender): boolean {
  return sender.topFrameOfOurs && URL.canParse(sender.url) && sender.url.startsWith(`${PAGE_ORIGIN}/`);
}

/** Checks who asks and what for, and only then asks the agent. */
export async function passVerb(
  link: Pick<AgentLink, 'call'>,
  verb: PanelVerb,
  sender: Sender,
  args: unknown,
): Promise<PanelMessage> {
  if (!isPage(sender)) return refuse('not-paired', 'Only the panel page of this application may call the agent.');
  const parsed = PANEL_VERBS[verb].args.safeParse(args);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(
      'bad-request',
      `${verb} ${['args', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`,
    );
  }
  return link.call(verb, parsed.data);
}
