import { createAgentLink, type AgentLink } from './agent-link.ts';
import { readLink } from './link-file.ts';
import type { PanelLink } from '@livecue/shared/contract';

/** How often the link file is read again: an agent that started anew may stand at other ports. */
const LOOK_AGAIN_MS = 1_000;
/** An agent tells its state five times a second. */
const ANSWERS_WITHIN_MS = 2_000;

/** Whether an agent stands behind the link: it tells its state, or it does not. */
export function agentAnswers(link: PanelLink, withinMs = ANSWERS_WITHIN_MS): Promise<boolean> {
  const probe = createAgentLink(link);
  return new Promise((resolve) => {
    const done = (answers: boolean) => {
      clearTimeout(timer);
      probe.stop();
      resolve(answers);
    };
    const timer = setTimeout(() => done(false), withinMs);
    probe.onState(() => done(true));
    probe.start();
  });
}

export interface AgentFinder {
  /** The link to the agent as its file says now; null while there is none. */
  readonly link: AgentLink | null;
  start(): void;
  stop(): void;
}

/** Follows the link file: connects, and connects anew when the agent has written another. */
export function createAgentFinder(
  ports: {
    readonly platform: NodeJS.Platform;
    readonly onState: (message: unknown) => void;
    /** What is missing, in words. */
    readonly onProblem: (problem: string) => void;
  },
  file: string | undefined,
  lookAgainMs = LOOK_AGAIN_MS,
): AgentFinder {
  let link: AgentLink | null = null;
  let known = '';
  let timer: NodeJS.Timeout | null = null;
  let over = false;

  async function look(): Promise<void> {
    const found = await readLink(file, ports.platform);
    if (over) return;
    if (!found.ok && link === null) ports.onProblem(found.problem);
    const text = found.ok ? JSON.stringify(found.link) : known;
    if (found.ok && text !== known) {
      known = text;
      link?.stop();
      link = createAgentLink(found.link);
      link.onState(ports.onState);
      link.start();
    }
    timer = setTimeout(() => void look(), lookAgainMs);
  }

  return {
    get link() {
      return link;
    },
    start() {
      over = false;
      void look();
    },
    stop() {
      over = true;
      if (timer !== null) clearTimeout(timer);
      link?.stop();
      link = null;
      known = '';
    },
  };
}
