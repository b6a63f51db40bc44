import { existsSync, readFileSync } from 'node:fs';
import { PANEL_VERBS, PanelLink, PanelMessage, type PanelArgs, type PanelResult, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import { Context, Dealer } from 'zeromq';
import { InputError } from '../runtime/agent-error.ts';

const ANSWER_MS = 5_000;

export interface AgentCall {
  /** One call after the other. Rejects with the agent's words, or when it does not answer within 5 s. */
  call<V extends PanelVerb>(verb: V, args: PanelArgs<V>): Promise<PanelResult<V>>;
  close(): void;
}

/** A command as a panel of the running agent, by the link file that the agent wrote for its desktop. */
export function openAgentCall(linkFile: string): AgentCall {
  const link = readLink(linkFile);
  const dealer = new Dealer({
    context: new Context(),
    linger: 0,
    receiveTimeout: ANSWER_MS,
    sendTimeout: ANSWER_MS,
    immediate: true,
    curveServerKey: link.serverPublicKey,
    curvePublicKey: link.clientPublicKey,
    curveSecretKey: link.clientSecretKey,
  });
  dealer.connect(link.callEndpoint);
  let id = 0;
  return {
    async call<V extends PanelVerb>(verb: V, args: PanelArgs<V>) {
      let answer: Buffer | undefined;
      try {
        await dealer.send(JSON.stringify({ type: 'call', id: ++id, verb, args }));
        [answer] = await dealer.receive();
      } catch (error) {
        throw new InputError(`Asking the agent for ${verb}: it did not answer within ${ANSWER_MS / 1000} s. Check that it runs with its panel, or stop it and try again.`, { cause: error }); // prettier-ignore
      }
      const message = PanelMessage.parse(JSON.parse(String(answer)));
      if (message.type === 'error') throw new InputError(`Asking the agent for ${verb}: ${message.message}`);
      if (message.type !== 'result')
        throw new InputError(`Asking the agent for ${verb}: it answered with a ${message.type}.`);
      return PANEL_VERBS[verb].result.parse(message.result) as PanelResult<V>;
    },
    close: () => dealer.close(),
  };
}

function readLink(linkFile: string): PanelLink {
  if (!existsSync(linkFile)) {
    throw new InputError(`An agent is running without a panel, and only a panel may ask it. Stop it, then try again. (There is no ${linkFile}.)`); // prettier-ignore
  }
  const parsed = PanelLink.safeParse(JSON.parse(readFileSync(linkFile, 'utf8')));
  if (parsed.success) return parsed.data;
  // Not the parser's text: the file holds a key.
  throw new InputError(`Reading ${linkFile}: it is of another version. Start the agent again, then try again.`);
}
