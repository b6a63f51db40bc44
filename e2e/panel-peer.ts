import { WebSocket } from 'ws';
import { PanelMessage, type PanelState } from '@livecue/shared/contract';

/** A paired browser without a browser: the same HTTP pairing and WebSocket, states as they come. */
export interface PanelPeer {
  readonly states: PanelState[];
  last(): PanelState | undefined;
  call(verb: string, args: unknown): Promise<unknown>;
  close(): void;
}

export async function pairPanel(url: string, code: string): Promise<PanelPeer> {
  const answer = await fetch(new URL('pair', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    body: JSON.stringify({ code }),
  });
  if (answer.status !== 200) throw new Error(`pairing answered ${answer.status}: ${await answer.text()}`);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(new URL('panel', url.replace(/^http/, 'ws')), {
    headers: { cookie, origin: new URL(url).origin },
  });
  const states: PanelState[] = [];
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let ids = 0;
  socket.on('message', (data: Buffer) => {
    const message = PanelMessage.parse(JSON.parse(data.toString()));
    if (message.type === 'state') states.push(message.state);
    else if (message.type === 'result') waiting.get(message.id)?.resolve(message.result);
    else waiting.get(message.id ?? -1)?.reject(new Error(`${message.code}: ${message.message}`));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return {
    states,
    last: () => states.at(-1),
    call(verb, args) {
      const id = ids++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ type: 'call', id, verb, args }));
      });
    },
    close: () => socket.close(),
  };
}
