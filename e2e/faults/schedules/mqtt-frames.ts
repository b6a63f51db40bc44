/** MQTT control packets on a byte stream: the fixed header says where each ends (MQTT 5, 2.1). */

export const PUBLISH = 3;
export const PUBACK = 4;
const DUP = 0x08;

/** Cuts a stream into whole packets; what is not whole yet waits for the next chunk. */
export class MqttFrames {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    for (;;) {
      const length = packetLength(this.#rest);
      if (length === null || this.#rest.length < length) return packets;
      packets.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
  }
}

/** Length of the first packet, header included; null when its length is not there yet. */
function packetLength(bytes: Buffer): number | null {
  let value = 0;
  for (let at = 1; at <= 4 && at < bytes.length; at++) {
    value += (bytes[at]! & 0x7f) * 128 ** (at - 1);
    if ((bytes[at]! & 0x80) === 0) return at + 1 + value;
  }
  return null;
}

export const typeOf = (packet: Buffer) => packet[0]! >> 4;
const qosOf = (packet: Buffer) => (packet[0]! >> 1) & 3;

function headerLength(packet: Buffer): number {
  let at = 1;
  while ((packet[at]! & 0x80) !== 0) at++;
  return at + 1;
}

/** Where topic, packet identifier and payload of a PUBLISH of QoS 1 stand. */
export function publishParts(packet: Buffer): { topic: string; id: number; payloadFrom: number } | null {
  if (typeOf(packet) !== PUBLISH || qosOf(packet) !== 1) return null;
  const topicFrom = headerLength(packet) + 2;
  const idFrom = topicFrom + packet.readUInt16BE(topicFrom - 2);
  const { value, next } = variableNumber(packet, idFrom + 2);
  const topic = packet.toString('utf8', topicFrom, idFrom);
  return { topic, id: packet.readUInt16BE(idFrom), payloadFrom: next + value };
}

function variableNumber(packet: Buffer, from: number): { value: number; next: number } {
  let value = 0;
  let at = from;
  for (let factor = 1; ; factor *= 128, at++) {
    value += (packet[at]! & 0x7f) * factor;
    if ((packet[at]! & 0x80) === 0) return { value, next: at + 1 };
  }
}

/** The identifier of a PUBACK. */
export const pubackId = (packet: Buffer) => packet.readUInt16BE(headerLength(packet));

/** The same PUBLISH, told as sent again. */
export function asDuplicate(packet: Buffer): Buffer {
  const again = Buffer.from(packet);
  again[0]! |= DUP;
  return again;
}
