import type { WebSocket } from 'ws';
import { openFakePlatform } from '../../src/ingest/connecting/testing/connector-rig.ts';
import type { Connector, ConnectorContext, ConnectorFactory } from '../../src/ingest/connector.ts';
import type { ConformanceRig } from './conformance.ts';
import { turns } from './fake-clock.ts';

type Answer = NonNullable<Parameters<typeof openFakePlatform>[0]['answer']>;

/** How a platform that speaks WebSocket is played: what it says first, and which addresses lead to it. */
export interface SocketPlay {
  readonly factory: ConnectorFactory;
  readonly endpoints: (http: string, ws: string) => Record<string, string>;
  readonly greet?: (socket: WebSocket, isWrong: boolean) => void;
  readonly answer?: (path: string, isWrong: boolean, ws: string) => ReturnType<Answer>;
  readonly refuses?: (isWrong: boolean) => number | null;
}

/** Sockets get their messages once the connector has said that it is open. */
export function overSockets(play: SocketPlay) {
  return async (context: ConnectorContext, configuration: object, isWrong: boolean): Promise<ConformanceRig<string | Uint8Array>> => {
    let ws = '';
    const platform = await openFakePlatform({
      accept: () => play.refuses?.(isWrong) ?? null,
      answer: (path) => play.answer?.(path, isWrong, ws) ?? { status: 404, body: {} },
      onSocket: (socket) => play.greet?.(socket, isWrong),
    });
    ws = platform.url.replace('http', 'ws');
    const connector = play.factory.create(configuration, { ...context, endpoints: play.endpoints(platform.url, ws) });
    let closed = false;
    return {
      connector,
      connections: () => platform.sockets.length + platform.requests.length,
      async deliver(messages) {
        if (isWrong) return;
        await opened(connector, context);
        for (const message of messages) platform.sockets.at(-1)!.send(message);
      },
      async cut() {
        platform.sockets.at(-1)!.terminate();
      },
      async close() {
        if (!closed) await platform.close();
        closed = true;
      },
    };
  };
} // prettier-ignore

/** Turns of the event loop until the connector is open, eight seconds at most. */
export async function opened({ health }: Pick<Connector, 'health'>, { nowMs }: ConnectorContext): Promise<void> {
  const endMs = performance.now() + 8000;
  while (health(nowMs()).state !== 'open' && performance.now() < endMs) await turns(1);
}
