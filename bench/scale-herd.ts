import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import { createMqttLink } from '../edge-agent/src/sync/mqtt-link.ts';

export interface Herd {
  /** Connection attempts a second while the broker is away, in the last minute before it is back. */
  readonly attemptsPerS: number;
  /** Most attempts in one second, from the moment at which all lost the broker. */
  readonly mostPerS: number;
  /** Most connections in one second after the broker is back. */
  readonly mostBackPerS: number;
  /** Seconds after its return until half of the agents are connected, 99 %, and all. */
  readonly backAfterS: readonly [half: number, most: number, all: number];
}

/** A client of a broker that is there or not; everything else is the agent's own link. */
class FakeClient extends EventEmitter {
  subscribe(_topic: string, _options: unknown, done: (error: null, granted: { qos: number }[]) => void): void {
    done(null, [{ qos: 1 }]);
  }
  end(): void {
    this.emit('ended');
  }
}

/**
 * `agents` of the project's own MQTT links on a clock of our own: they all lose the broker at once and have it back
 * after `outageS`. A refused connection takes no time here. `random`: uniform in [0, 1).
 */
export function herdOf(agents: number, outageS: number, random: () => number): Herd {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const silent = () => undefined;
    let nowS = 0;
    let up = true;
    let connected = 0;
    const attempts: (number | undefined)[] = [];
    const back: (number | undefined)[] = [];
    const clients = new Set<FakeClient>();
    const connect = () => {
      const client = new FakeClient();
      attempts[nowS] = (attempts[nowS] ?? 0) + 1;
      client.on('ended', () => clients.delete(client));
      clients.add(client);
      queue.push(client);
      return client as never;
    };
    // As a socket would: the answer comes after the call that made the client.
    let queue: FakeClient[] = [];
    const answer = () => {
      const asked = queue;
      queue = [];
      for (const client of asked) client.emit(up ? 'connect' : 'close', {});
    };
    for (let n = 0; n < agents; n++) {
      const link = createMqttLink(
        { logger: { debug: silent, info: silent, warn: silent, error: silent }, connect, random, onOpen: () => { connected++; back[nowS] = (back[nowS] ?? 0) + 1; }, onClosed: () => connected--, onMessage: silent },
        { brokerUrl: 'mqtt://broker', clientId: `agent-${n}`, backOffMs: { first: 1_000, longest: 60_000 }, will: { topic: 'will', payload: '' } },
      ); // prettier-ignore
      link.start('ack');
    }
    answer();
    attempts.length = back.length = 0;
    up = false;
    for (const client of [...clients]) client.emit('close');
    const second = () => {
      // Ten steps: an attempt that fails sets its next timer within the second.
      for (let step = 0; step < 10; step++) {
        mock.timers.tick(100);
        answer();
      }
      nowS++;
    };
    while (nowS < outageS) second();
    const lastMinute = attempts.slice(outageS - 60, outageS);
    up = true;
    while (connected < agents) second();
    return {
      attemptsPerS: lastMinute.reduce<number>((sum, count) => sum + (count ?? 0), 0) / 60,
      mostPerS: most(attempts.slice(0, outageS)),
      mostBackPerS: most(back),
      backAfterS: [0.5, 0.99, 1].map((share) => secondsUntil(back, outageS, agents * share)) as [
        number,
        number,
        number,
      ],
    };
  } finally {
    mock.timers.reset();
  }
}

const most = (counts: readonly (number | undefined)[]) => counts.reduce<number>((sum, count) => Math.max(sum, count ?? 0), 0); // prettier-ignore

function secondsUntil(back: readonly (number | undefined)[], fromS: number, wanted: number): number {
  let sum = 0;
  for (let at = fromS; at < back.length; at++) {
    sum += back[at] ?? 0;
    if (sum >= wanted) return at + 1 - fromS;
  }
  return Number.NaN;
}
