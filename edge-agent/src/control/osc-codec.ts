/**
 * Open Sound Control 1.0 as far as buttons need it: messages and bundles of them with the types i f s T F N I (and
 * those of wider numbers, read alone). Written here and not taken from a library: the packages there are read types
 * that nobody presses, answer a cut-off packet with a RangeError and nest bundles without a bound, so that a check
 * around them would be as long as this.
 */
export type OscArgument = string | number | boolean | null;

export interface OscMessage {
  readonly address: string;
  readonly args: readonly OscArgument[];
}

/** Larger than any message of ours; a UDP packet may have 64 KiB. */
export const MAX_PACKET_BYTES = 4096;
const MAX_MESSAGES = 16;
const MAX_DEPTH = 4;
/** "#bundle", then a time tag; times are not kept: a press is meant now. */
const BUNDLE_HEAD_BYTES = 16;
const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

class Malformed extends Error {}

/** The messages of a packet in order, those of bundles too; null when it is not OSC, or too large. Never throws. */
export function decodeOsc(bytes: Uint8Array): OscMessage[] | null {
  if (bytes.length > MAX_PACKET_BYTES) return null;
  const messages: OscMessage[] = [];
  try {
    readPacket(bytes, 0, messages);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
  return messages;
}

function readPacket(bytes: Uint8Array, depth: number, messages: OscMessage[]): void {
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw new Malformed();
  const reader = new Reader(bytes);
  const address = reader.text();
  if (address !== '#bundle') {
    if (!/^\/[\x21-\x7e]*$/.test(address) || messages.length >= MAX_MESSAGES) throw new Malformed();
    messages.push({ address, args: readArguments(reader) });
    return;
  }
  if (depth >= MAX_DEPTH || bytes.length < BUNDLE_HEAD_BYTES) throw new Malformed();
  reader.skip(8);
  while (!reader.ended) readPacket(reader.take(reader.int()), depth + 1, messages);
}

function readArguments(reader: Reader): OscArgument[] {
  // Old senders leave the types out when there is no argument.
  if (reader.ended) return [];
  const types = reader.text();
  if (!types.startsWith(',')) throw new Malformed();
  const args = [...types.slice(1)].map((type): OscArgument => {
    if (type === 'i') return reader.int();
    if (type === 'f') return reader.view(4).getFloat32(0);
    if (type === 's' || type === 'S') return reader.text();
    if (type === 'T' || type === 'I') return true;
    if (type === 'F') return false;
    if (type === 'N') return null;
    if (type === 'h') return Number(reader.view(8).getBigInt64(0));
    if (type === 'd') return reader.view(8).getFloat64(0);
    throw new Malformed();
  });
  if (!reader.ended) throw new Malformed();
  return args;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new Malformed();
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  skip(length: number): void {
    this.take(length);
  }

  view(length: number): DataView {
    const part = this.take(length);
    return new DataView(part.buffer, part.byteOffset, length);
  }

  int(): number {
    return this.view(4).getInt32(0);
  }

  /** Ends with a NUL and as many more as bring it to a multiple of 4. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end === -1) throw new Malformed();
    const part = this.take(end - this.#at);
    if (this.take(4 - (part.length % 4)).some((byte) => byte !== 0)) throw new Malformed();
    try {
      return decoder.decode(part);
    } catch {
      throw new Malformed();
    }
  }
}

/** One message. Whole numbers of 32 bits go as i, others as f. */
export function encodeOsc({ address, args }: OscMessage): Uint8Array {
  const isInt = (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  const type = (value: OscArgument) => (typeof value === 'string' ? 's' : typeof value === 'number' ? (isInt(value) ? 'i' : 'f') : value === null ? 'N' : value ? 'T' : 'F'); // prettier-ignore
  const parts = [padded(address), padded(`,${args.map(type).join('')}`)];
  for (const value of args) {
    if (typeof value === 'string') parts.push(padded(value));
    if (typeof value !== 'number') continue;
    const view = new DataView(new ArrayBuffer(4));
    if (isInt(value)) view.setInt32(0, value);
    else view.setFloat32(0, value);
    parts.push(new Uint8Array(view.buffer));
  }
  return Buffer.concat(parts);
}

function padded(text: string): Uint8Array {
  const bytes = encoder.encode(text.replaceAll('\0', ''));
  const whole = new Uint8Array(bytes.length + 4 - (bytes.length % 4));
  whole.set(bytes);
  return whole;
}
