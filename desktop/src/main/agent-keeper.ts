import { join } from 'node:path';
import type { PanelMessage } from '@livecue/shared/contract';
import { createAgentChild, type AgentChild, type AgentChildStatus } from './agent-child.ts';
import { agentAnswers, createAgentFinder } from './agent-finder.ts';
import type { AgentLink } from './agent-link.ts';
import { readLink } from './link-file.ts';
import { answerSealCall, openKeystore } from './secret-seal.ts';
import type { ShellPort } from './shell-port.ts';

export interface AgentPlace {
  /** Link file of an agent that has opened this desktop; undefined: look for one, else run one. */
  readonly linkFile: string | undefined;
  /** Where agents of this user keep their journal, and their link file. */
  readonly dataFolder: string;
  /** First file of the agent's process, and its program; null: this copy of the desktop brings none. */
  readonly program: { readonly entry: string; readonly main: string } | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stopWithinMs: number;
}

export interface AgentKeeperPorts {
  readonly shell: Pick<ShellPort, 'fork' | 'keystore' | 'platform'>;
  readonly nowMs: () => number;
  /** For the agent's own output. */
  readonly logAgent: (text: string) => void;
  readonly log: (line: string) => void;
  readonly onMessage: (message: unknown) => void;
}

export interface AgentKeeper {
  readonly link: Pick<AgentLink, 'call'>;
  /** Null: the agent runs by itself, and goes on when the desktop ends. */
  readonly own: AgentChildStatus | null;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Environment variable: name of the keystore that the agent may ask for over its process's channel. */
export const SEAL_VARIABLE = 'LIVECUE_KEYSTORE';

/** Uses the agent that runs, by its link file; where none answers it runs one. */
export function createAgentKeeper(ports: AgentKeeperPorts, place: AgentPlace): AgentKeeper {
  const { shell, nowMs, logAgent, log } = ports;
  const linkFile = place.linkFile ?? join(place.dataFolder, 'panel-link.json');
  const errorOf = (message: string): PanelMessage => ({ type: 'error', id: null, code: 'internal', message });
  let child: AgentChild | null = null;
  const finder = createAgentFinder(
    { platform: shell.platform, onState: ports.onMessage, onProblem: (problem) => ports.onMessage(errorOf(whyNone(problem))) },
    linkFile,
  ); // prettier-ignore

  function whyNone(problem: string): string {
    if (child === null) return problem;
    if (child.status.kind !== 'waiting') return 'The agent is starting.';
    const { lastWords, exitCode, waitMs } = child.status;
    return `The agent ended with exit code ${exitCode} and is started again in ${waitMs / 1000} s. It said: ${lastWords}`;
  }

  async function ownChild(entry: string, main: string): Promise<AgentChild> {
    const keystore = await openKeystore(shell);
    return createAgentChild(
      {
        fork: shell.fork,
        nowMs,
        log: logAgent,
        hear(message, answer) {
          if (keystore === null) return;
          void answerSealCall(message, keystore).then((reply) => reply !== null && answer(reply));
        },
      },
      {
        entry,
        program: main,
        args: ['start', '--data', place.dataFolder],
        env: { ...place.env, [SEAL_VARIABLE]: keystore?.name },
        stopWithinMs: place.stopWithinMs,
      },
    );
  }

  async function runsAlready(): Promise<boolean> {
    if (place.linkFile !== undefined) return true;
    const found = await readLink(linkFile, shell.platform);
    return found.ok && (await agentAnswers(found.link));
  }

  return {
    link: {
      call: (verb, args) => finder.link?.call(verb, args) ?? Promise.resolve(errorOf('No agent is connected.')),
    },
    get own() {
      return child?.status ?? null;
    },
    async start() {
      const { program } = place;
      if (program !== null && !(await runsAlready())) {
        child = await ownChild(program.entry, program.main);
        child.start();
        log(`no agent answered at ${linkFile}; the desktop runs one`);
      } else log(`the agent is the one of ${linkFile}`);
      finder.start();
    },
    async stop() {
      finder.stop();
      await child?.stop();
    },
  };
}
