import mqtt, { type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import packets from 'mqtt-packet';
import type { Logger } from '../runtime/logger.ts';
import type { Problem } from '../runtime/problem.ts';

export interface MqttLinkConfig {
  readonly brokerUrl: string;
  readonly clientId: string;
  readonly credentials?: { readonly username: string; readonly password: string } | null;
  /** PEM texts: whom to trust beside the system's authorities, and what we show ourselves. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** First and longest pause between connection attempts; doubled each time, with jitter. */
  readonly backOffMs: { readonly first: number; readonly longest: number };
  readonly will: { readonly topic: string; readonly payload: string };
}

export interface MqttLinkPorts {
  readonly logger: Logger;
  readonly connect: (url: string, options: IClientOptions) => MqttClient;
  /** 0..1, for jitter: agents that lost one broker must not come back at the same moment. */
  readonly random: () => number;
  /** Connected and subscribed. */
  readonly onOpen: (limits: { receiveMaximum: number; maximumPacketBytes: number | null }) => void;
  readonly onClosed: () => void;
  readonly onMessage: (topic: string, payload: Buffer) => void;
}

export interface MqttLink {
  start(subscribeTo: string): void;
  /** Says goodbye with `farewell`, within 2 s. */
  stop(farewell: { topic: string; payload: string }): Promise<void>;
  /** `done` gets an error when the broker refused; it is not called for a connection that ended meanwhile. */
  publish(
    topic: string,
    payload: string | Buffer,
    options: IClientPublishOptions,
    done: (error: Error | null) => void,
  ): void;
  /** A further topic on this connection, QoS 1; its refusal is `done`'s affair. Not called for a connection that ended. */
  subscribe(topic: string, done: (error: Error | null) => void): void;
  unsubscribe(topic: string): void;
  readonly state: 'off' | 'connecting' | 'connected' | 'waiting';
  readonly problem: Problem | null;
}

// Else the first packet makes 65,536 buffers, one for each number of 16 bits: 7 MB that every collection has to mark.
packets.writeToStream.cacheNumbers = false;

export const connectMqtt: MqttLinkPorts['connect'] = (url, options) => mqtt.connect(url, options);

/**
 * MQTT.js as a dumb pipe: clean sessions, no store, no reconnecting of its own. Every connection is a new
 * client, so nothing that the library queued for an old one can come out later.
 */
export function createMqttLink(ports: MqttLinkPorts, config: MqttLinkConfig): MqttLink {
  let state: MqttLink['state'] = 'off';
  let problem: Problem | null = null;
  let client: MqttClient | null = null;
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;
  let topic = '';

  const options: IClientOptions = {
    protocolVersion: 5,
    clean: true,
    clientId: config.clientId,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    keepalive: 15,
    queueQoSZero: false,
    resubscribe: false,
    ...config.credentials,
    ...config.tls,
    will: { ...config.will, qos: 1, retain: true, payload: Buffer.from(config.will.payload) },
  };

  const closed = (own: MqttClient): void => {
    if (client !== own) return;
    client = null;
    // The library clears its timers in listeners of its own: only what we hear is ended, by who the client is.
    own.end(true);
    const was = state;
    state = 'waiting';
    const ceiling = Math.min(config.backOffMs.longest, config.backOffMs.first * 2 ** Math.min(failures++, 16));
    const pauseMs = ceiling / 2 + (ceiling / 2) * ports.random();
    problem ??= { code: 'broker-closed', message: `the broker ${config.brokerUrl} closed the connection` };
    if (was === 'connected' || failures === 1) {
      ports.logger.warn(`${problem.message}; trying again in ${Math.round(pauseMs)} ms, records wait in the outbox`);
    }
    timer = setTimeout(open, pauseMs);
    if (was === 'connected') ports.onClosed();
  };

  const ask = (own: MqttClient, to: string, done: (refused: Error | null) => void): void => {
    own.subscribe(to, { qos: 1 }, (error, granted) => {
      if (client !== own) return;
      done(error ?? (granted?.some(({ qos }) => qos >= 128) ? new Error('not authorized') : null));
    });
  };

  const subscribe = (own: MqttClient, limits: { receiveMaximum: number; maximumPacketBytes: number | null }): void => {
    ask(own, topic, (refused) => {
      if (refused !== null) {
        problem = { code: 'broker-refuses', about: topic, message: `the broker ${config.brokerUrl} refuses the subscription to ${topic} (${refused.message}): allow it for client ${config.clientId}` }; // prettier-ignore
        closed(own);
        return;
      }
      problem = null;
      state = 'connected';
      ports.onOpen(limits);
    });
  };

  const open = (): void => {
    state = 'connecting';
    const own = ports.connect(config.brokerUrl, options);
    client = own;
    own.on('connect', ({ properties }) => {
      if (client !== own) return;
      const limits = {
        receiveMaximum: properties?.receiveMaximum ?? 65_535,
        maximumPacketBytes: properties?.maximumPacketSize ?? null,
      };
      subscribe(own, limits);
    });
    own.on('message', (at, payload) => {
      if (client === own) ports.onMessage(at, payload);
    });
    own.on('disconnect', (packet) => {
      if (client !== own) return;
      const reason = String(packet.reasonCode ?? 0);
      problem = { code: 'broker-closed', about: reason, message: `the broker ${config.brokerUrl} ended the connection (reason code ${reason})` }; // prettier-ignore
    });
    own.on('error', (error) => {
      if (client !== own) return;
      problem = { code: 'broker-away', about: describe(error), message: `no connection to the broker ${config.brokerUrl} (${describe(error)}): check its address, that it runs, and user and password` }; // prettier-ignore
      closed(own);
    });
    own.on('close', () => closed(own));
  };

  return {
    start(subscribeTo) {
      topic = subscribeTo;
      if (state === 'off') open();
    },
    async stop(farewell) {
      if (timer !== null) clearTimeout(timer);
      const last = client;
      client = null;
      const connected = state === 'connected';
      state = 'off';
      if (last === null) return;
      if (connected)
        await withDeadline(2_000, (done) =>
          last.publish(farewell.topic, farewell.payload, { qos: 1, retain: true }, done),
        );
      await withDeadline(1_000, (done) => last.end(!connected, {}, done));
      last.end(true);
    },
    publish(to, payload, publishOptions, done) {
      const own = client;
      if (own === null || state !== 'connected') return;
      own.publish(to, payload, publishOptions, (error) => {
        if (client !== own) return;
        // A broker that takes us and nothing of ours is no better than one that does not: the pauses go on growing.
        if (!error) failures = 0;
        done(error ?? null);
      });
    },
    subscribe(to, done) {
      if (client !== null && state === 'connected') ask(client, to, done);
    },
    unsubscribe(from) {
      // Not granted or already gone: nothing comes from there either way.
      if (client !== null && state === 'connected') client.unsubscribe(from, () => undefined);
    },
    get state() {
      return state;
    },
    get problem() {
      return state === 'connected' ? null : problem;
    },
  };
}

function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return error.message !== '' ? error.message : String(code ?? 'unknown error');
}

/** Waits for the callback, its error included, but not for ever: a farewell is a courtesy. */
function withDeadline(ms: number, work: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    work(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
