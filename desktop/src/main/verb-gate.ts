import { PANEL_VERBS, type PanelMessage, type PanelVerb } from '@livecue/shared/contract';
import type { AgentLink } from './agent-link.ts';

/** The page's own origin; nothing else in the application has a word to say. */
export const PAGE_SCHEME = 'livecue';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://panel`;

/** Who calls: the URL of the frame, whether it is the top frame of one of our windows, and what of that window is so. */
export interface Sender {
  readonly url: string;
  readonly topFrameOfOurs: boolean;
  /** The system keeps this window out of screen captures. */
  readonly hiddenFromCapture: boolean;
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

/** True for an address of the built page; compared by its parts, since a prefix can be fooled. */
export function isPageUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}` === PAGE_ORIGIN;
}

export const isPage = (sender: Sender): boolean => sender.topFrameOfOurs && isPageUrl(sender.url);

/** The page cannot know whether its window can be captured; this process can. */
function asKnownHere(verb: PanelVerb, args: object, sender: Sender): object {
  return verb === 'screen.report' ? { ...args, hidden: sender.hiddenFromCapture } : args;
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
  return link.call(verb, asKnownHere(verb, parsed.data, sender));
}
