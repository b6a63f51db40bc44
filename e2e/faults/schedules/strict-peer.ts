import { createServer, type AddressInfo, type Socket } from 'node:net';
import mqttPacket, { type IConnackPacket, type IPublishPacket, type ISubackPacket, type Packet } from 'mqtt-packet';

/** What the peer answers with, until it is told to be good. */
export interface Answer {
  readonly to: 'connect' | 'publish' | 'subscribe' | 'disconnect';
  readonly code: number;
}

export interface Limits {
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  /** Absent: none. */
  readonly maximumPacketSize?: number;
}

export interface StrictPeer {
  readonly port: number;
  /** Rules of MQTT 5 that the client broke, and limits that it overran. */
  readonly violations: string[];
  /** CONNECT, PUBLISH and SUBSCRIBE packets so far. */
  readonly seen: { connects: number; publishes: number; subscribes: number };
  /** What was taken (PUBACK 0), in order. */
  readonly taken: IPublishPacket[];
  /** From now on it answers as a broker should. */
  beGood(): void;
  /** To every client that has subscribed. QoS 1. */
  publish(topic: string, payload: string, userProperties?: Record<string, string>): void;
  stop(): Promise<void>;
}

const PUBACK_MS = 5;

/** A broker packet by packet: keeps its limits to the letter and answers with any reason code that it is told. */
export async function startStrictPeer(
  limits: Limits,
  answer: Answer | null,
  onTaken: (packet: IPublishPacket, peer: StrictPeer) => void,
): Promise<StrictPeer> {
  const sockets = new Set<Socket>();
  const subscribed = new Set<Socket>();
  const taken: IPublishPacket[] = [];
  const violations: string[] = [];
  const seen = { connects: 0, publishes: 0, subscribes: 0 };
  let bad = answer;
  let messageId = 0;
  const send = (socket: Socket, packet: Packet) => {
    if (!socket.destroyed) socket.write(mqttPacket.generate(packet, { protocolVersion: 5 }));
  };

  const onPublish = (socket: Socket, packet: IPublishPacket, session: { inFlight: number }) => {
    seen.publishes++;
    session.inFlight++;
    if (session.inFlight > limits.receiveMaximum) violations.push(`${session.inFlight} unanswered PUBLISH packets, Receive Maximum is ${limits.receiveMaximum}`); // prettier-ignore
    const alias = packet.properties?.topicAlias ?? 0;
    if (alias > limits.topicAliasMaximum) violations.push(`topic alias ${alias}, Topic Alias Maximum is ${limits.topicAliasMaximum}`); // prettier-ignore
    if (bad?.to === 'disconnect') {
      send(socket, { cmd: 'disconnect', reasonCode: bad.code });
      socket.end();
      return;
    }
    const code = bad?.to === 'publish' ? bad.code : 0;
    setTimeout(() => {
      session.inFlight--;
      if (socket.destroyed) return;
      send(socket, { cmd: 'puback', messageId: packet.messageId!, reasonCode: code });
      if (code >= 128) return;
      taken.push(packet);
      onTaken(packet, peer);
    }, PUBACK_MS);
  };

  const onPacket = (socket: Socket, packet: Packet, session: { inFlight: number }) => {
    if (packet.cmd === 'connect') {
      seen.connects++;
      const reasonCode = bad?.to === 'connect' ? bad.code : 0;
      send(socket, { cmd: 'connack', reasonCode, sessionPresent: false, properties: { ...limits } } as IConnackPacket);
      if (reasonCode >= 128) socket.end();
    } else if (packet.cmd === 'subscribe') {
      seen.subscribes++;
      const granted = packet.subscriptions.map(() => (bad?.to === 'subscribe' ? bad.code : 1));
      subscribed.add(socket);
      send(socket, { cmd: 'suback', messageId: packet.messageId!, granted } as ISubackPacket);
    } else if (packet.cmd === 'publish') onPublish(socket, packet, session);
    else if (packet.cmd === 'pingreq') send(socket, { cmd: 'pingresp' });
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    const session = { inFlight: 0 };
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => {
      const { maximumPacketSize } = limits;
      const bytes = (packet.length ?? 0) + 2;
      if (maximumPacketSize !== undefined && packet.cmd !== 'connect' && bytes > maximumPacketSize + 3)
        violations.push(`a ${packet.cmd} of ${bytes} bytes, Maximum Packet Size is ${maximumPacketSize}`);
      onPacket(socket, packet, session);
    });
    parser.on('error', (error) => violations.push(`not MQTT 5: ${error.message}`));
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined); // The client went; that is its right.
    socket.on('close', () => {
      sockets.delete(socket);
      subscribed.delete(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer: StrictPeer = {
    port: (server.address() as AddressInfo).port,
    violations,
    seen,
    taken,
    beGood: () => void (bad = null),
    publish(topic, payload, userProperties) {
      messageId = (messageId % 65_535) + 1;
      for (const socket of subscribed) send(socket, { cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId, properties: { userProperties } }); // prettier-ignore
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return peer;
}
