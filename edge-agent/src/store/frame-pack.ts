import type { RawFrame } from '../ports.ts';

/**
 * Frames of one group commit packed into one buffer: one memory copy, one transfer to the worker, one row
 * in the journal. Little endian, for each frame:
 * u8 encoding · u16 name length · f64 ingestTimeMs · u32 byte length · name (UTF-8) · bytes.
 */
const HEADER_BYTES = 15;
const ENCODINGS = ['json', 'jsonl', 'msgpack'] as const;
const SMALLEST = 64 * 1024;

export interface FramePack {
  /** Positions of the first and the last frame; positions within a pack are consecutive. */
  readonly first: number;
  readonly last: number;
  readonly buffer: ArrayBuffer;
  /** Bytes used of `buffer`. */
  readonly length: number;
}

export class FramePacker {
  #buffer: ArrayBuffer | null = null;
  #length = 0;
  #first = 0;
  #last = 0;
  readonly #spare: ArrayBuffer[] = [];
  readonly #names = new Map<string, Uint8Array>();

  get length(): number {
    return this.#length;
  }

  /** Copies the frame: what the caller does with its buffer afterwards is its own affair. */
  add(position: number, frame: RawFrame): void {
    const name = this.#nameBytes(frame.sourceName);
    const buffer = this.#room(HEADER_BYTES + name.length + frame.bytes.length);
    if (this.#length === 0) this.#first = position;
    this.#last = position;
    const view = new DataView(buffer);
    let at = this.#length;
    view.setUint8(at, ENCODINGS.indexOf(frame.encoding));
    view.setUint16(at + 1, name.length, true);
    view.setFloat64(at + 3, frame.ingestTimeMs, true);
    view.setUint32(at + 11, frame.bytes.length, true);
    at += HEADER_BYTES;
    const bytes = new Uint8Array(buffer);
    bytes.set(name, at);
    at += name.length;
    bytes.set(frame.bytes, at);
    this.#length = at + frame.bytes.length;
  }

  /** The frames so far as a pack, or null when there are none; the packer starts empty again. */
  take(): FramePack | null {
    if (this.#buffer === null || this.#length === 0) return null;
    const pack = { first: this.#first, last: this.#last, buffer: this.#buffer, length: this.#length };
    this.#buffer = null;
    this.#length = 0;
    return pack;
  }

  /** Gives a buffer back for the next pack, so that a busy show does not allocate a hundred a second. */
  reuse(buffer: ArrayBuffer): void {
    if (this.#spare.length < 2 && buffer.byteLength <= 4 * 1024 * 1024) this.#spare.push(buffer);
  }

  #room(needed: number): ArrayBuffer {
    const size = this.#length + needed;
    this.#buffer ??= this.#spare.pop() ?? new ArrayBuffer(SMALLEST);
    if (this.#buffer.byteLength < size) {
      const larger = new ArrayBuffer(2 ** Math.ceil(Math.log2(size)));
      new Uint8Array(larger).set(new Uint8Array(this.#buffer, 0, this.#length));
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  #nameBytes(name: string): Uint8Array {
    let bytes = this.#names.get(name);
    if (bytes === undefined) {
      bytes = new TextEncoder().encode(name);
      if (bytes.length > 0xffff) throw new RangeError('a source name is at most 65,535 bytes long');
      if (this.#names.size < 1000) this.#names.set(name, bytes);
    }
    return bytes;
  }
}

/** Frames of a pack with their positions, in order. The bytes are views of `data`. */
export function* unpackFrames(first: number, data: Uint8Array): Generator<{ position: number; frame: RawFrame }> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = new TextDecoder();
  let position = first;
  for (let at = 0; at < data.length; position++) {
    const encoding = ENCODINGS[view.getUint8(at)];
    if (encoding === undefined) throw new RangeError(`journal pack ${first} names an unknown encoding at byte ${at}`);
    const nameLength = view.getUint16(at + 1, true);
    const ingestTimeMs = view.getFloat64(at + 3, true);
    const length = view.getUint32(at + 11, true);
    const nameAt = at + HEADER_BYTES;
    const bytesAt = nameAt + nameLength;
    const sourceName = words.decode(data.subarray(nameAt, bytesAt));
    yield { position, frame: { sourceName, ingestTimeMs, encoding, bytes: data.subarray(bytesAt, bytesAt + length) } };
    at = bytesAt + length;
  }
}
